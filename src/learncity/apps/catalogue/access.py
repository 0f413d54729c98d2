"""Who may work on what of the catalogue; the one place where it is decided."""

from collections.abc import Sequence
from typing import Any

from learncity.apps.roles.access import Duty, Where, in_city
from learncity.apps.roles.types import Act

from . import queries


def of_course(*, key: str, **arguments: Any) -> Sequence[Where]:
    """The organization that offers a course, drafts too."""
    provider_id = queries.provider_of(key)
    return [Where(frozenset({provider_id}))] if provider_id else []


# The decision for a page of one course at the desk, and for those of the city's office.
edits_course = Duty(Act.EDIT_COURSES, on=of_course)
reviews = Duty(Act.REVIEW_COURSES, on=in_city)
