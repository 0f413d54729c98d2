"""A software passkey, and the codes of an app, for tests. Never used by the product."""

import os
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from .rules import code_at, step_of


def app_code(secret: bytes, at: datetime, *, steps: int = 0) -> str:
    """What an app shows at a moment, or so many half minutes later."""
    return code_at(secret, step_of(at) + steps)


@dataclass
class SoftwareKey:
    """What a security key does, in forty lines: makes a credential, and signs with it."""

    host: str
    origin: str
    counter: int = 0
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))

    def _client_data(self, kind: str, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(kind, challenge, self.origin)

    def _wrapped(self, response: dict[str, str]) -> dict[str, Any]:
        name = websafe_encode(self.credential_id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to a question for a new passkey."""
        public = ES256.from_cryptography_key(self.key.public_key())
        data = AttestedCredentialData.create(Aaguid(bytes(16)), self.credential_id, public)
        seen = AuthenticatorData.create(
            sha256(self.host.encode()), AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT,
            self.counter, bytes(data),
        )  # fmt: skip
        said = self._client_data("webauthn.create", options["challenge"])
        return self._wrapped(
            {
                "clientDataJSON": websafe_encode(bytes(said)),
                "attestationObject": websafe_encode(
                    bytes(AttestationObject.create("none", seen, {}))
                ),
            }
        )

    def show(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to a question for a passkey; it counts."""
        self.counter += 1
        seen = AuthenticatorData.create(
            sha256(self.host.encode()), AuthenticatorData.FLAG.UP, self.counter
        )
        said = self._client_data("webauthn.get", options["challenge"])
        signature = self.key.sign(bytes(seen) + said.hash, ec.ECDSA(SHA256()))
        return self._wrapped(
            {
                "clientDataJSON": websafe_encode(bytes(said)),
                "authenticatorData": websafe_encode(bytes(seen)),
                "signature": websafe_encode(signature),
            }
        )
