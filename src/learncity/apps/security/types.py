"""What the shells may know of sessions, second factors, linked sign-ins and visits. Pure data."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from learncity.kernel.errors import DomainError, NotFound

# What a session notes of itself: the coarse browser, and when its use was last noted.
BROWSER, USED = "browser", "used"

# As long as support may look as somebody else (security_visit_is_short).
LONGEST_VISIT = timedelta(minutes=30)


class Way(StrEnum):
    """Somebody else who says who a person is."""

    OIDC = "OIDC"
    WECHAT = "WECHAT"
    ZALO = "ZALO"


@dataclass(frozen=True, slots=True)
class Known:
    """Who somebody is at another provider: ``subject`` is stable and never shown."""

    way: Way
    subject: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one browser keeps between leaving and coming back; each value is used once."""

    state: str
    verifier: str
    nonce: str

    @classmethod
    def new(cls) -> "Attempt":
        """Three secrets of 256 bits."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))

    @property
    def challenge(self) -> str:
        """What is told of the verifier (PKCE, RFC 7636, method S256)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class Provider(Protocol):
    """A way to sign in elsewhere."""

    way: Way

    @property
    def name(self) -> str:
        """As its button says it."""

    def leave(self, *, back: str, attempt: Attempt) -> str:
        """Where to send the browser; it comes back to ``back`` with ``code`` and ``state``.

        Raises:
            WayFailed: the provider cannot be reached.
        """

    def come_back(self, *, code: str, back: str, attempt: Attempt) -> Known:
        """Who it was.

        Raises:
            WayFailed: the provider does not say so.
        """


@dataclass(frozen=True, slots=True)
class SessionValue:
    """Where a person is signed in; ``browser`` is coarse, such as ``Firefox, Android``."""

    id: UUID
    browser: str
    since: datetime
    used_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class PasskeyValue:
    """A passkey of one's own; its key itself never leaves."""

    id: UUID
    label: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Factors:
    """The second factors of an account."""

    has_app: bool = False
    passkeys: tuple[PasskeyValue, ...] = ()
    recovery_left: int = 0

    @property
    def is_set_up(self) -> bool:
        """Whether there is one to ask for; recovery codes alone are none."""
        return self.has_app or bool(self.passkeys)


@dataclass(frozen=True, slots=True)
class LinkValue:
    """A linked sign-in of one's own."""

    id: UUID
    way: Way
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """An operator looks at the site as a person, to help them; they can change nothing."""

    id: UUID
    operator_id: UUID
    person_id: UUID
    reason: str
    began_at: datetime
    ends_at: datetime
    ended_at: datetime | None

    def is_alive(self, at: datetime) -> bool:
        """Whether it still opens anything."""
        return self.ended_at is None and at < self.ends_at


@dataclass(frozen=True, slots=True)
class PasskeyAsked:
    """``options`` go to the browser, ``state`` stays in the session until it answers."""

    options: dict[str, Any]
    state: dict[str, Any]


class WrongFactor(DomainError):
    """The code or passkey is not one of the account's, or was used before."""

    code = "wrong_second_factor"
    says = _(
        "This code does not work. Each works once: wait for the next one in your app, or use a "
        "recovery code."
    )


class PasskeyRefused(DomainError):
    """What the browser answered is not what was asked for."""

    code = "passkey_refused"
    says = _("The passkey did not work. Try again, or use the code of your app.")


class FactorNeeded(DomainError):
    """The last second factor of somebody who must have one."""

    code = "second_factor_needed"
    says = _("Your desk needs a second factor. Set up another one before you remove this one.")


class WayFailed(DomainError):
    """The other provider did not say who somebody is."""

    code = "sign_in_elsewhere_failed"
    says = _("Signing in there did not work. Try again, or use your phone number or e-mail here.")


class LinkTaken(DomainError):
    """The account elsewhere opens another person's account here, or theirs opens by another."""

    code = "link_taken"
    says = _(
        "This account is already linked to somebody, or you have linked another one. Remove that "
        "link first, or call us."
    )


class NoReason(DomainError):
    """A visit without a reason."""

    code = "reason_missing"
    says = _("Say in a sentence why: the person will read it.")


class NotToVisit(DomainError):
    """An operator, or oneself."""

    code = "not_to_visit"
    says = _("Operators cannot look as each other or as themselves. Ask your colleague instead.")


class VisitRunning(DomainError):
    """One visit at a time."""

    code = "visit_running"
    says = _("You are looking as somebody already. End that first.")


class NobodyThere(NotFound):
    """No proven account has this address."""

    code = "nobody_there"
    says = _("Nobody signs in with this address. Ask for the number or e-mail address again.")
