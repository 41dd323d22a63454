"""Small functions on a request and a response: encoding, validators, redirects and more, one module each."""
