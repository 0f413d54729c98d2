"""What people hear of their roles, and those who give roles of reviews."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy, gettext_noop

from learncity.apps.notices import services as notices
from learncity.apps.notices.types import Kind, NewMessage
from learncity.apps.people import queries as people

from . import queries
from .models import Grant
from .types import ROLE_NAMES, GrantValue, ReviewValue, Role

NAMELESS = gettext_lazy("somebody who gave no name")
MINE, REVIEWS = "/me/roles/", "/desk/roles/reviews/"

GIVEN = Kind(
    "roles.given",
    gettext_noop("You have a role: %(role)s"),
    gettext_noop(
        "You have a role at %(organization)s: %(role)s. Under “My roles” you see what it lets you "
        "do and until when; there you can also lay it down."
    ),
)
STANDS_IN = Kind(
    "roles.stand_in",
    gettext_noop("You stand in for %(holder)s: %(role)s"),
    gettext_noop(
        "%(holder)s lets you stand in at %(organization)s: %(role)s, from %(first)s to %(last)s. "
        "Under “My roles” you see what it lets you do; there you can also lay it down."
    ),
)
ENDED = Kind(
    "roles.ended",
    gettext_noop("A role of yours has ended: %(role)s"),
    gettext_noop(
        "Your role at %(organization)s has ended: %(role)s. If this is a mistake, ask those who "
        "give roles there."
    ),
)
FOLLOWED = Kind(
    "roles.followed",
    gettext_noop("Your region has changed"),
    gettext_noop(
        "A reform ended the region of your role at %(organization)s. Regions that wholly came from "
        "it and stay yours: %(kept)s. Regions into which more came, and which the city’s office "
        "must give you if they are to be yours: %(lost)s."
    ),
)
REVIEW = Kind(
    "roles.review_opened",
    gettext_noop("Please look at the roles at %(organization)s"),
    gettext_noop(
        "Who still needs their role at %(organization)s? %(total)s roles wait for your answer. "
        "Whoever is not kept by %(day)s loses theirs."
    ),
)


def given(grant: GrantValue | None, *, at: datetime) -> None:
    """Tell somebody that they have a role, or for whom they stand in, and until when."""
    if grant is None:
        return
    if grant.stands_in_for is None or grant.until is None:
        _tell(GIVEN, [(grant.person_id, str(grant.id), _words(grant))], at)
        return
    holder = people.persons([grant.stands_in_for]).get(grant.stands_in_for)
    values = _words(grant) | {
        "holder": holder.name if holder and holder.name else NAMELESS,
        "first": timezone.localtime(grant.since).date(),
        "last": timezone.localtime(grant.until - timedelta(microseconds=1)).date(),
    }
    _tell(STANDS_IN, [(grant.person_id, str(grant.id), values)], at)


def ended(grant_ids: Sequence[UUID], *, at: datetime) -> None:
    """Tell people that their roles have ended; three statements."""
    rows = Grant.objects.filter(pk__in=grant_ids).select_related("organization", "stands_in_for")
    found = [row.as_value() for row in rows.order_by("id")]
    _tell(ENDED, [(grant.person_id, str(grant.id), _words(grant)) for grant in found], at)


def followed(old_id: UUID, *, kept: int, lost: int, at: datetime) -> None:
    """Tell an officer what became of their region."""
    grant = queries.find_grant(old_id)
    assert grant is not None
    values = _words(grant) | {"kept": kept, "lost": lost}
    _tell(FOLLOWED, [(grant.person_id, str(old_id), values)], at)


def review_opened(review: ReviewValue | None, *, at: datetime) -> None:
    """Ask those who give roles at an organization, or the city's operators where nobody does."""
    if review is None:
        return
    asked = queries.of_organization(review.organization.id, [Role.MANAGER], at=at)
    # One alone could not look at their own, and only the city decides of officers and operators.
    if len(asked) < 2 or queries.has_office_roles(review.id):
        asked = list(dict.fromkeys([*asked, *queries.operators(at=at)]))
    last = timezone.localtime(review.due - timedelta(days=1)).date()
    values = {"organization": review.organization.name, "total": review.total, "day": last}
    told = [(pk, str(review.id), values) for pk in asked]
    _tell(REVIEW, told, at, url=f"{REVIEWS}{review.id}/")


def _words(grant: GrantValue) -> dict[str, Any]:
    return {"organization": grant.organization.name, "role": ROLE_NAMES[grant.role]}


def _tell(
    kind: Kind, told: Sequence[tuple[UUID, str, Mapping[str, Any]]], at: datetime, url: str = MINE
) -> None:
    """By person, what makes the message unique, and its values."""
    persons = people.persons({pk for pk, _, _ in told})
    notices.tell(
        [
            NewMessage(pk, persons[pk].language, kind, key, values, at, url)
            for pk, key, values in told
            if pk in persons
        ]
    )
