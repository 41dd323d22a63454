"""HTTP text as Python values: header maps, ranges, query strings, dates, and the HTTP errors as plain data."""
