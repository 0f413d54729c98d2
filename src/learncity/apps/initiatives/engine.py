"""The head of a blueprint, and the engine made of every room's sections."""

from typing import Annotated, Literal

from pydantic import Field

from learncity.apps.catalogue.blueprint import Courses, Programmes, Skills, Subjects
from learncity.apps.classes.blueprint import Classes, Terms
from learncity.apps.households.blueprint import Households, Mandates
from learncity.apps.organizations.blueprint import (
    Agreements,
    Committees,
    Organizations,
    Venues,
)
from learncity.apps.people.blueprint import Groups, Memberships, People
from learncity.apps.places.blueprint import Places, Populations, Reforms
from learncity.apps.privacy.blueprint import Clocks, Consents, DaysOff, Retention
from learncity.apps.roles.blueprint import Roles
from learncity.kernel.blueprints import Engine, Key, Names, Value


class StatedHelp(Value):
    """How to reach a person."""

    phone: Annotated[str, Field(min_length=3, max_length=40)]
    hours: Names
    address: Names


class Head(Value):
    """A city's set-up; sections follow, in this file or in its parts."""

    learncity: Literal[1]
    key: Key
    title: Names
    story: Names
    city: Key
    help: StatedHelp
    parts: list[str] = Field(default_factory=list)


def engine() -> Engine:
    """The engine of all sections, in the order in which they name each other."""
    return Engine(
        Head,
        [
            Places(),
            Reforms(),
            Populations(),
            Organizations(),
            Venues(),
            Groups(),
            People(),
            Memberships(),
            Consents(),
            Clocks(),
            DaysOff(),
            Retention(),
            Roles(),
            Committees(),
            Agreements(),
            Households(),
            Mandates(),
            Subjects(),
            Skills(),
            Courses(),
            Terms(),
            Classes(),
            Programmes(),
        ],
    )
