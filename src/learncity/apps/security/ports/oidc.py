"""OpenID Connect, any issuer (Core 1.0, code flow; Discovery 1.0; PKCE, RFC 7636)."""

import base64
import hmac
from typing import Any
from urllib.parse import quote

import jwt
from django.utils.translation import gettext as _

from learncity.apps.security.types import Attempt, Known, Way, WayFailed

from . import Address, ask, text_of, with_query

# Public keys only: with a shared secret, whoever knows it could say who anybody is.
_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")


class Oidc:
    """``oidc://CLIENT:SECRET@ISSUER-HOST/PATH?name=NAME``; the issuer is ``https://`` and the rest.

    ``name`` is how its button calls it. A letter of a secret that an address cannot hold is
    percent-encoded.
    """

    way = Way.OIDC

    def __init__(self, url: str) -> None:
        self.address = Address.of(url)
        self.issuer = self.address.base("")

    @property
    def name(self) -> str:
        """What the setting says."""
        return self.address.options.get("name") or _("your city account")

    def _described(self) -> dict[str, Any]:
        found = ask(f"{self.issuer}/.well-known/openid-configuration")
        # Discovery, 4.3: another issuer's description is a mix-up.
        if text_of(found, "issuer").rstrip("/") != self.issuer:
            raise WayFailed
        return found

    def leave(self, *, back: str, attempt: Attempt) -> str:
        """The issuer's page of permission."""
        values = {
            "response_type": "code",
            "client_id": self.address.client,
            "redirect_uri": back,
            "scope": "openid",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        return with_query(text_of(self._described(), "authorization_endpoint"), values)

    def come_back(self, *, code: str, back: str, attempt: Attempt) -> Known:
        """The issuer and its ``sub``: no e-mail address is believed, or even asked for."""
        described = self._described()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": attempt.verifier,
        }
        headers = {}
        methods = described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" in methods:
            both = f"{quote(self.address.client, safe='')}:{quote(self.address.secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(both.encode()).decode()}"
        else:
            form |= {"client_id": self.address.client, "client_secret": self.address.secret}
        answer = ask(text_of(described, "token_endpoint"), form=form, headers=headers)
        said = self._read(text_of(answer, "id_token"), ask(text_of(described, "jwks_uri")))
        if not hmac.compare_digest(str(said.get("nonce", "")).encode(), attempt.nonce.encode()):
            raise WayFailed
        subject = text_of(said, "sub")
        if len(subject) > 255:  # as Core, section 2, limits it
            raise WayFailed
        return Known(self.way, f"{self.issuer} {subject}"[:500])

    def _read(self, token: str, keys: dict[str, Any]) -> dict[str, Any]:
        """What the token says, after all of Core 3.1.3.7 that concerns a code flow."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            known = jwt.PyJWKSet.from_dict(keys).keys
            signing = [k for k in known if k.public_key_use in (None, "sig")]
            (key,) = [k for k in signing if k.key_id == kid] if kid else signing
            said: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=_ALGORITHMS,
                audience=self.address.client,
                issuer=[self.issuer, f"{self.issuer}/"],
                leeway=60,
                options={"require": ["iss", "aud", "exp", "iat", "sub"]},
            )
        except (jwt.PyJWTError, ValueError) as error:
            raise WayFailed from error
        audience = said["aud"]
        several = isinstance(audience, list) and len(audience) > 1
        if said.get("azp", None if several else self.address.client) != self.address.client:
            raise WayFailed
        return said
