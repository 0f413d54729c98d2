"""Values that only the running city can read, and that can be made unreadable for good.

Two layers. What is sealed is encrypted with a key of its owner; that key is kept in the database
wrapped by the installation's key, which is never in the database. A stolen backup shows nothing;
destroying the owner's key erases all that was sealed with it, in every backup made since. Both are
AES-256-GCM, so a value that was changed, or moved to another row, does not open.

Equality goes by a keyed hash (HMAC-SHA-256): numbers of identity are so few that a plain hash of
them can be tried out. Decision: docs/decisions/0016-identifiers.md.
"""

import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

# What every box begins with: how it was made.
_FORM = b"\x01"
_NONCE = 12
_SIZE = 32


class CannotUnseal(Exception):
    """It was changed, belongs elsewhere, or was sealed with another key."""


class KeyMissing(Exception):
    """The installation's key of this id is not in the file of the keys."""


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A key of somebody, as it is kept: unreadable without the installation's key ``key_id``."""

    key_id: str
    box: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Derived:
    """One installation key, by use; neither tells the other, or where they come from."""

    wrapping: bytes = field(repr=False)
    equality: bytes = field(repr=False)


def current_key_id() -> str:
    """The key that wraps and hashes from now on.

    Raises:
        KeyMissing: the installation has none.
    """
    keys = _keys()
    if not keys:
        raise KeyMissing("the file of the keys holds no SEALING_KEY")
    return list(keys)[-1]


def new_key(*, owner: str) -> Wrapped:
    """A new key, wrapped by the current installation key; its owner must be named to open it."""
    return _wrap(AESGCM.generate_key(_SIZE * 8), owner)


def rewrap(key: Wrapped, *, owner: str) -> Wrapped:
    """The same key under the current installation key; what was sealed with it stays as it is."""
    return key if key.key_id == current_key_id() else _wrap(_unwrap(key, owner), owner)


def seal(value: str, *, key: Wrapped, owner: str, about: str) -> bytes:
    """Encrypt a value.

    Args:
        key: the owner's.
        owner: whom the key was made for.
        about: where the value stands, such as ``people.identifier 0190…``; it opens nowhere else.
    """
    return seal_all({about: value}, key=key, owner=owner)[0]


def seal_all(values: Mapping[str, str], *, key: Wrapped, owner: str) -> list[bytes]:
    """Encrypt several values of one owner, each by where it stands; see ``seal``."""
    plain = _unwrap(key, owner)
    return [_encrypt(plain, value.encode(), about) for about, value in values.items()]


def unseal(sealed: bytes, *, key: Wrapped, owner: str, about: str) -> str:
    """The value.

    Raises:
        CannotUnseal: value or key was changed, or is that of something else.
        KeyMissing: the key was wrapped by an installation key that is not there.
    """
    return _decrypt(_unwrap(key, owner), bytes(sealed), about).decode()


def digest(value: str, *, about: str, key_id: str = "") -> bytes:
    """32 bytes that are the same for the same value, and tell nothing without the key.

    Args:
        about: what the value is; equal values about different things have different digests.
        key_id: of the installation key; empty is the current one.
    """
    key = _key(key_id or current_key_id()).equality
    text = about.encode() + b"\x00" + value.encode()
    return hmac.digest(key, text, "sha256")


def digests(value: str, *, about: str) -> list[bytes]:
    """The digests by every key of the installation: what is looked for while keys change."""
    text = about.encode() + b"\x00" + value.encode()
    newest_first = list(_keys().values())[::-1]
    return [hmac.digest(_derived(secret).equality, text, "sha256") for secret in newest_first]


def _keys() -> Mapping[str, bytes]:
    found: Mapping[str, bytes] = settings.SEALING_KEYS
    return found


def _key(key_id: str) -> _Derived:
    secret = _keys().get(key_id)
    if secret is None:
        raise KeyMissing(f"the file of the keys holds no SEALING_KEY {key_id}")
    return _derived(secret)


@lru_cache(maxsize=8)
def _derived(secret: bytes) -> _Derived:
    def derive(use: bytes) -> bytes:
        return HKDF(SHA256(), _SIZE, salt=None, info=b"learncity " + use).derive(secret)

    return _Derived(derive(b"wrapping"), derive(b"equality"))


def _wrap(plain: bytes, owner: str) -> Wrapped:
    key_id = current_key_id()
    return Wrapped(key_id, _encrypt(_key(key_id).wrapping, plain, f"key of {owner}"))


def _unwrap(key: Wrapped, owner: str) -> bytes:
    return _decrypt(_key(key.key_id).wrapping, bytes(key.box), f"key of {owner}")


def _encrypt(key: bytes, plain: bytes, about: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return _FORM + nonce + AESGCM(key).encrypt(nonce, plain, about.encode())


def _decrypt(key: bytes, box: bytes, about: str) -> bytes:
    if box[:1] != _FORM:
        raise CannotUnseal
    nonce, rest = box[1 : 1 + _NONCE], box[1 + _NONCE :]
    try:
        return AESGCM(key).decrypt(nonce, rest, about.encode())
    except (InvalidTag, ValueError) as error:
        raise CannotUnseal from error
