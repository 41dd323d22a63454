"""Basic and digest credentials step by step: challenge, parse, compare."""

from cherrypy_auth.httpauth import (
    AUTH,
    AUTH_INT,
    AUTH_RESPONSES,
    AUTH_SCHEMES,
    DIGEST_AUTH_ENCODERS,
    MD5,
    MD5_SESS,
    SUPPORTED_ALGORITHM,
    SUPPORTED_QOP,
    basicAuth,
    checkResponse,
    digestAuth,
    doAuth,
    md5SessionKey,
    parseAuthorization,
)

__all__ = [
    "AUTH",
    "AUTH_INT",
    "AUTH_RESPONSES",
    "AUTH_SCHEMES",
    "DIGEST_AUTH_ENCODERS",
    "MD5",
    "MD5_SESS",
    "SUPPORTED_ALGORITHM",
    "SUPPORTED_QOP",
    "basicAuth",
    "checkResponse",
    "digestAuth",
    "doAuth",
    "md5SessionKey",
    "parseAuthorization",
]
