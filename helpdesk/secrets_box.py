"""Sealing of stored secrets, and one key per purpose, all derived from the installation's secret."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from helpdesk.errors import DomainError

_secret: bytes | None = None
_NONCE_BYTES = 12
_KEY_ID = b"\x01"


def configure(secret_key: str) -> None:
    """Set the installation's secret for this process."""
    global _secret
    _secret = secret_key.encode()


def key_for(purpose: str) -> bytes:
    """A 32-byte key for one purpose (HKDF-SHA256, RFC 5869); different purposes never share a key."""
    if _secret is None:
        raise LookupError("secrets_box.configure() was not called.")
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(_secret)


def seal(plain: bytes) -> bytes:
    """AES-256-GCM (NIST SP 800-38D): key id, nonce and ciphertext in one value."""
    nonce = os.urandom(_NONCE_BYTES)
    return _KEY_ID + nonce + AESGCM(key_for("stored secrets")).encrypt(nonce, plain, _KEY_ID)


def unseal(sealed: bytes) -> bytes:
    """The secret again. Raises DomainError when it was sealed with another installation's key."""
    nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return AESGCM(key_for("stored secrets")).decrypt(nonce, body, sealed[:1])
    except (InvalidTag, ValueError) as error:
        raise DomainError(
            "A stored password cannot be opened: the installation's secret key has changed."
        ) from error
