"""A dict that survives the request: sessions, their stores, locks and cookies."""
