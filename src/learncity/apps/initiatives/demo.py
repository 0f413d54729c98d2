"""The demo city: the shipped blueprint, and residents who found classes in it.

Built only through blueprints and services, from a fixed seed, so it is a test of both.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from learncity.apps.classes import queries as classes
from learncity.apps.classes import services as classes_services
from learncity.apps.classes.types import ClassCard, Enrolment, Shown, State
from learncity.apps.people import queries as people
from learncity.kernel.acting import By, Via
from learncity.kernel.errors import DomainError

from . import demo_lives, services

CITY_FILE = Path(__file__).parent / "cities" / "suzhou.yaml"

# One per role: what they show, their key in the file.
SIGN_INS = (
    (gettext_noop("Resident, a worker"), "demo-worker"),
    (gettext_noop("Resident, senior"), "demo-senior"),
    (gettext_noop("Resident, Vietnamese"), "demo-vietnamese"),
    (gettext_noop("Provider's staff"), "demo-provider"),
    (gettext_noop("Officer of a district"), "demo-officer"),
    (gettext_noop("City operator"), "demo-operator"),
)


def sign_ins() -> list[tuple[str, str, str]]:
    """Role, name and phone number of each demo person; two queries."""
    ids = people.ids_by_key([key for _, key in SIGN_INS])
    persons, reach = people.persons(ids.values()), people.addresses(ids.values())
    return [
        (role, persons[ids[key]].name, reach[ids[key]].phone or "")
        for role, key in SIGN_INS
        if key in ids and ids[key] in reach
    ]


def load(*, at: datetime) -> Iterator[tuple[int, int]]:
    """Set up the demo city; yields how many enrolments are done, of how many.

    Does nothing when the city is there already.
    """
    plan = services.plan(path=CITY_FILE, at=at)
    if plan.is_empty:
        return
    with transaction.atomic():  # a load that is cut short leaves nothing, and begins anew
        services.apply(plan, by=By(None, Via.COMMAND), at=at)
        demo_lives.live(at=at)
        yield from _enrol(plan._stated, at)


def _enrol(
    stated: dict[str, dict[str, dict[str, object]]], at: datetime
) -> Iterator[tuple[int, int]]:
    """Let residents apply, over the last weeks, to classes that were open then."""
    chance = random.Random("a lamp in an evening classroom")  # noqa: S311 - invented people
    staff = {str(r["person"]) for r in stated["roles"].values()}
    teaching = {str(c["instructor"]) for c in stated["classes"].values() if c["instructor"]}
    keys = [k for k in stated["people"] if k not in staff | teaching and not k.startswith("demo-")]
    residents = people.ids_by_key(keys)
    cards = sorted(classes.list_classes(at=at, shown=Shown.ALL, unseen=True), key=lambda c: c.key)
    wishes = _wishes(cards, list(residents.values()), chance, at)
    for done, (moment, card, person_id) in enumerate(sorted(wishes, key=lambda w: w[0]), 1):
        try:
            got = classes_services.apply(
                class_key=card.key, person_id=person_id, by=By(person_id, Via.WEB), at=moment
            )
        except DomainError:
            continue
        finally:
            yield done, len(wishes)
        if got.state == State.ENROLLED and chance.random() < 0.04:
            _change_of_mind(got, min(moment + timedelta(days=2), at))


def _change_of_mind(got: Enrolment, at: datetime) -> None:
    classes_services.withdraw(
        receipt=got.receipt, person_id=got.person_id, by=By(got.person_id, Via.WEB), at=at
    )


def _wishes(
    cards: list[ClassCard], residents: list[UUID], chance: random.Random, at: datetime
) -> list[tuple[datetime, ClassCard, UUID]]:
    """When, which class, who: popular classes fill up, others keep free seats."""
    wishes = []
    for card in cards:
        popularity = chance.choice((0.3, 0.45, 0.6, 0.75, 0.9))
        wanted = round(card.seats.total * popularity)
        if card.seats.total <= 10:  # the tiny ones are the ones everybody wants
            wanted = card.seats.total + max(1, card.seats.waiting_limit // 2)
        until = min(card.closes_at, at) - timedelta(minutes=5)
        wishes += [
            (until - timedelta(minutes=chance.randrange(60 * 24 * 21)), card, person_id)
            for person_id in chance.sample(residents, min(wanted, len(residents)))
        ]
    return wishes
