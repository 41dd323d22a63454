"""The current request and response, as typed proxies over a context variable."""
