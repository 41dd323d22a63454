"""HTTP credentials: check them, and challenge for them."""
