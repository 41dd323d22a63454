"""HTTP credentials: check them, and challenge for them."""

from cherrypy_auth.algorithms import md5_hex, valid_algorithms
from cherrypy_auth.authorization import (
    HttpDigestAuthorization,
    qop_auth,
    qop_auth_int,
    valid_qops,
)
from cherrypy_auth.basic import (
    DEFAULT_CHARSET,
    FALLBACK_CHARSET,
    BasicAuth,
    CheckPassword,
    basic_auth,
    decode_credentials,
)
from cherrypy_auth.comparison import same_text
from cherrypy_auth.counts import Counts, NonceCounts
from cherrypy_auth.digest import DigestAuth, HA1Source, digest_auth, www_authenticate
from cherrypy_auth.ha1 import GetHA1, get_ha1_dict, get_ha1_dict_plain, get_ha1_file_htdigest
from cherrypy_auth.hashes import Scheme, hash_password, needs_rehash, verify_password
from cherrypy_auth.nonces import synthesize_nonce
from cherrypy_auth.passwords import checkpassword_dict, checkpassword_hashes
from cherrypy_auth.users import FindUser, find_user_among, userhash

__all__ = [
    "DEFAULT_CHARSET",
    "FALLBACK_CHARSET",
    "BasicAuth",
    "CheckPassword",
    "Counts",
    "DigestAuth",
    "FindUser",
    "GetHA1",
    "HA1Source",
    "HttpDigestAuthorization",
    "NonceCounts",
    "Scheme",
    "basic_auth",
    "checkpassword_dict",
    "checkpassword_hashes",
    "decode_credentials",
    "digest_auth",
    "find_user_among",
    "get_ha1_dict",
    "get_ha1_dict_plain",
    "get_ha1_file_htdigest",
    "hash_password",
    "md5_hex",
    "needs_rehash",
    "qop_auth",
    "qop_auth_int",
    "same_text",
    "synthesize_nonce",
    "userhash",
    "valid_algorithms",
    "valid_qops",
    "verify_password",
    "www_authenticate",
]
