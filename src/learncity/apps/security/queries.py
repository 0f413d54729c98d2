"""Everything that can be asked of security. Nothing here writes."""

from datetime import datetime
from uuid import UUID

from django.conf import settings

from learncity.apps.people import queries as people

from . import passkeys, rules
from .models import AuthenticatorApp, BrowserSession, Link, Passkey, RecoveryCode, SupportVisit
from .ports.oidc import Oidc
from .ports.wechat import WeChat
from .ports.zalo import Zalo
from .rules import browser_name, code_at, step_of
from .sealing import unseal
from .types import Factors, Known, LinkValue, Provider, SessionValue, Visit

APP = "authenticator app"  # what its secrets are sealed for


def sessions(account_id: UUID, *, this: str | None, at: datetime) -> list[SessionValue]:
    """The living sessions of an account, the last used first; one query.

    Args:
        this: the key of the session that asks.
    """
    rows = BrowserSession.objects.filter(account_id=account_id, expire_date__gt=at)
    return [
        SessionValue(s.id, s.browser, s.since, s.used_at, s.session_key == this)
        for s in rows.defer("session_data").order_by("-used_at", "-id")
    ]


def factors(account_id: UUID) -> Factors:
    """The second factors of an account; three queries."""
    keys = Passkey.objects.filter(account_id=account_id).order_by("id")
    return Factors(
        AuthenticatorApp.objects.filter(account_id=account_id).exists(),
        tuple(key.as_value() for key in keys),
        RecoveryCode.objects.filter(account_id=account_id, used_at=None).count(),
    )


def has_factor(account_id: UUID) -> bool:
    """Whether a second factor can be asked for; one query."""
    keys = Passkey.objects.filter(account_id=account_id).values("pk")
    apps = AuthenticatorApp.objects.filter(account_id=account_id).values("pk")
    return keys.union(apps).exists()


def links(account_id: UUID) -> list[LinkValue]:
    """The linked sign-ins of an account; one query."""
    return [link.as_value() for link in Link.objects.filter(account_id=account_id).order_by("way")]


def account_linked(known: Known) -> UUID | None:
    """The account that is opened from elsewhere, or ``None``; one query."""
    rows = Link.objects.filter(way=known.way, subject=known.subject)
    return rows.values_list("account_id", flat=True).first()


def find_visit(visit_id: UUID | str) -> Visit | None:
    """A visit, also one that is over, or ``None``; one query."""
    found = SupportVisit.objects.filter(pk=visit_id).first()
    return found.as_value() if found else None


def visits_to(person_id: UUID, *, limit: int = 20) -> list[Visit]:
    """Who of support looked as this person, newest first; one query."""
    rows = SupportVisit.objects.filter(person_id=person_id).order_by("-began_at", "-id")
    return [visit.as_value() for visit in rows[:limit]]


def latest_visits(*, limit: int = 20) -> list[Visit]:
    """The visits of all operators, newest first; one query."""
    rows = SupportVisit.objects.order_by("-began_at", "-id")
    return [visit.as_value() for visit in rows[:limit]]


def demo_codes(*, at: datetime) -> list[tuple[str, str]]:
    """Name and code of every app of a demo, where nobody has the phone; nothing in earnest."""
    if not settings.DEMO:
        return []
    rows = AuthenticatorApp.objects.order_by("-id").values_list("account__person_id", "sealed")[:10]
    names = people.persons([person_id for person_id, _ in rows])
    opened = [(names[person_id].name, unseal(APP, bytes(sealed))) for person_id, sealed in rows]
    return [(name, code_at(secret, step_of(at))) for name, secret in opened if secret]


def ways(*, user_agent: str) -> list[Provider]:
    """The ways to sign in elsewhere that are set up and work in this browser.

    WeChat's QR code cannot be scanned by the phone that shows it, and its other way works inside
    WeChat alone.
    """
    found: list[Provider] = []
    if settings.OIDC_URL:
        found.append(Oidc(settings.OIDC_URL))
    is_inside = "MicroMessenger" in user_agent
    if url := settings.WECHAT_APP_URL if is_inside else settings.WECHAT_URL:
        found.append(WeChat(url, is_inside=is_inside))
    if settings.ZALO_URL:
        found.append(Zalo(settings.ZALO_URL))
    return found


def browser_of(user_agent: str) -> str:
    """Which kind of browser on which kind of device it is; empty when unknown."""
    return browser_name(user_agent)


def passkeys_are_possible() -> bool:
    """Whether browsers make passkeys for this city's address: a name, with TLS."""
    return passkeys.are_possible()


def new_secret() -> bytes:
    """A secret for an app that is about to be set up."""
    return rules.new_secret()


def app_address(secret: bytes, *, city: str, name: str) -> str:
    """What an app opens, or reads from a picture (``otpauth:``)."""
    return rules.app_address(secret, city=city, name=name)


def as_typed(secret: bytes) -> str:
    """The secret as it is typed into an app."""
    return rules.as_base32(secret)
