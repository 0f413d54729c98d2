"""Secrets at rest, sealed with the key of the installation: a copy of the database opens none."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def _box(purpose: str) -> Fernet:
    # One key a purpose, so that what was sealed for one is never taken for another.
    key = HKDF(SHA256(), 32, None, f"learncity {purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(key.derive(settings.SECRET_KEY.encode())))


def seal(purpose: str, secret: bytes) -> bytes:
    """Encrypt and authenticate."""
    return _box(purpose).encrypt(secret)


def unseal(purpose: str, sealed: bytes) -> bytes | None:
    """The secret; ``None`` when it was sealed with another key, or changed since."""
    try:
        return _box(purpose).decrypt(sealed)
    except InvalidToken:
        return None
