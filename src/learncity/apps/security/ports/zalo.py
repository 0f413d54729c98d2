"""Zalo: OAuth version 4 with PKCE, as its Social API documents it.

The secret goes in the header ``secret_key``, the token in the header ``access_token``; each
question carries ``appsecret_proof``, an HMAC-SHA-256 of the token. Errors come with status 200.
"""

import hashlib
import hmac

from django.utils.translation import gettext as _

from learncity.apps.security.types import Attempt, Known, Way, WayFailed

from . import Address, ask, text_of, with_query


class Zalo:
    """``zalo://APPID:SECRET@``. A host after the ``@`` stands in for Zalo's, for a test."""

    way = Way.ZALO

    def __init__(self, url: str) -> None:
        self.address = Address.of(url)

    @property
    def name(self) -> str:
        """Its own name."""
        return _("Zalo")

    def leave(self, *, back: str, attempt: Attempt) -> str:
        """Zalo's page of permission."""
        values = {
            "app_id": self.address.client,
            "redirect_uri": back,
            "code_challenge": attempt.challenge,
            "state": attempt.state,
        }
        return with_query(f"{self.address.base('oauth.zaloapp.com')}/v4/permission", values)

    def come_back(self, *, code: str, back: str, attempt: Attempt) -> Known:
        """The number that Zalo knows the person by, for this application alone."""
        form = {
            "code": code,
            "app_id": self.address.client,
            "grant_type": "authorization_code",
            "code_verifier": attempt.verifier,
        }
        headers = {"secret_key": self.address.secret}
        address = f"{self.address.base('oauth.zaloapp.com')}/v4/access_token"
        token = text_of(ask(address, form=form, headers=headers), "access_token")
        proof = hmac.new(self.address.secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        headers = {"access_token": token, "appsecret_proof": proof}
        page = f"{self.address.base('graph.zalo.me')}/v2.0/me?fields=id"
        answer = ask(page, headers=headers)
        if answer.get("error"):
            raise WayFailed
        return Known(self.way, f"{self.address.client} {text_of(answer, 'id')}"[:500])
