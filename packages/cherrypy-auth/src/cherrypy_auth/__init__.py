"""HTTP credentials: check them, and challenge for them."""

from cherrypy_auth.basic import CheckPassword, basic_auth, decode_credentials
from cherrypy_auth.passwords import (
    checkpassword_dict,
    checkpassword_hashes,
    hash_password,
    same_text,
    verify_password,
)

__all__ = [
    "CheckPassword",
    "basic_auth",
    "checkpassword_dict",
    "checkpassword_hashes",
    "decode_credentials",
    "hash_password",
    "same_text",
    "verify_password",
]
