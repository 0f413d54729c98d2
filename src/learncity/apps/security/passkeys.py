"""Passkeys (WebAuthn, level 2): what is asked of a browser, and whether its answer is true.

The library (fido2) knows the formats and signatures; what is kept, and that a counter never runs
backwards, is decided in ``services``.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
)

from .rules import passkey_host
from .types import PasskeyAsked, PasskeyRefused


def are_possible() -> bool:
    """Whether browsers make passkeys for this city's address: a name, with TLS."""
    return bool(passkey_host(settings.BASE_URL))


def _server() -> Fido2Server:
    party = PublicKeyCredentialRpEntity(name="Learncity", id=passkey_host(settings.BASE_URL))
    # Only our own pages: not those of another name of the same host, nor of another port.
    return Fido2Server(party, verify_origin=lambda origin: origin == settings.BASE_URL)


def _known(credentials: Sequence[bytes]) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(data) for data in credentials]


def ask_new(*, account_id: UUID, label: str, credentials: Sequence[bytes]) -> PasskeyAsked:
    """What to ask of a browser for a new passkey; not one it made for this account before."""
    user = PublicKeyCredentialUserEntity(name=label, id=account_id.bytes, display_name=label)
    options, state = _server().register_begin(user, _known(credentials))
    return PasskeyAsked(dict(options)["publicKey"], state)


def read_new(
    state: Mapping[str, Any], answer: Mapping[str, Any]
) -> tuple[AttestedCredentialData, int]:
    """The new passkey and its counter.

    Raises:
        PasskeyRefused: the answer is not true, or not one to what was asked.
    """
    try:
        found: AuthenticatorData = _server().register_complete(dict(state), answer)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PasskeyRefused from error
    assert found.credential_data is not None
    return found.credential_data, found.counter


def ask(credentials: Sequence[bytes]) -> PasskeyAsked:
    """What to ask of a browser, to show that it has one of these."""
    options, state = _server().authenticate_begin(_known(credentials))
    return PasskeyAsked(dict(options)["publicKey"], state)


def read(
    state: Mapping[str, Any], credentials: Sequence[bytes], answer: Mapping[str, Any]
) -> tuple[bytes, int]:
    """The id of the passkey that signed, and its counter.

    Raises:
        PasskeyRefused: the answer is not true, or not one to what was asked.
    """
    try:
        found = _server().authenticate_complete(dict(state), _known(credentials), answer)
        said = AuthenticationResponse.from_dict(answer)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PasskeyRefused from error
    return found.credential_id, said.response.authenticator_data.counter
