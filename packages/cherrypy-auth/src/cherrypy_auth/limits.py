"""How much one request, or one stored password, may use up here. Every such number is here."""

CREDENTIALS = 8192
"""Characters of an Authorization field. A longer one is a 400."""

ENTITY_BYTES = 1024 * 1024
"""Bytes of a body that are kept in memory to check its hash (`auth-int`). More is a 413."""

NONCE_SECONDS = 600
"""Seconds for which a nonce is good. Later, a client gets a new one and tries again by itself."""

CLOCK_SECONDS = 60
"""Seconds by which the clocks of servers may differ that know the same key."""

NAMES_SECONDS = 1
"""Seconds after which `find_user_among` looks at the names again, although none came or went."""

NONCES = 10_000
"""Nonces whose counts are remembered, some 300 bytes each. With more, the first ones are stale."""

COUNT_WINDOW = 128
"""Requests with one nonce that may overtake each other."""

CACHED_NONCES = 1024
"""Nonces of which it is remembered whether they were made here."""

SCRYPT_WORK = 2**21
"""What n x r x p of a stored scrypt hash may be: half a second and 256 MiB, about."""

ARGON2_MEMORY = 2**18
"""KiB that a stored Argon2 hash may ask for."""

ARGON2_WORK = 2**20
"""What memory (KiB) x time of a stored Argon2 hash may be: one or two seconds."""

REMEMBERED_PASSWORDS = 1000
"""Logins that `checkpassword_hashes` remembers if it is told to."""
