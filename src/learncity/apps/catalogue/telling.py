"""What this room tells people: those who may edit courses of the provider."""

from datetime import datetime

from django.utils.translation import gettext_noop

from learncity.apps.notices import services as notices
from learncity.apps.notices.types import Kind, NewMessage
from learncity.apps.people import queries as people
from learncity.apps.roles import queries as roles
from learncity.apps.roles.types import Act
from learncity.kernel.texts import Text

from .models import Course

SENT_BACK = Kind(
    "catalogue.sent_back",
    gettext_noop("Sent back: %(course)s"),
    gettext_noop(
        "The city office looked at the course “%(course)s” and sent it back: %(reason)s Change it "
        "at the desk and send it in again."
    ),
)
PUBLISHED = Kind(
    "catalogue.published",
    gettext_noop("Published: %(course)s"),
    gettext_noop("The course “%(course)s” is published. Everybody can find it now."),
)
WITHDRAWN = Kind(
    "catalogue.withdrawn",
    gettext_noop("Withdrawn: %(course)s"),
    gettext_noop(
        "The course “%(course)s” is withdrawn: %(reason)s Nobody finds it any more; its classes go "
        "on and take no more applications."
    ),
)
PUT_IN = Kind(
    "catalogue.put_in",
    gettext_noop("Part of a programme: %(course)s"),
    gettext_noop(
        "The city office put the course “%(course)s” into the programme “%(programme)s”. If that "
        "is not what you want, take it out at the desk."
    ),
)


def tell(
    kind: Kind,
    course: Course,
    *,
    at: datetime,
    reason: str = "",
    programme: Text | None = None,
) -> None:
    """Tell everybody who may edit courses of the provider; four statements."""
    holders = roles.holders(Act.EDIT_COURSES, at=at)
    ids = [
        a.person_id
        for a in holders
        if a.person_id and course.provider_id in a.organizations(Act.EDIT_COURSES)
    ]
    if not ids:
        return
    values = {"course": course.title, "reason": reason}
    if programme:
        values["programme"] = programme
    url = f"/desk/courses/{course.key}/"
    notices.tell(
        [
            NewMessage(p.id, p.language, kind, f"{course.id}:{at.timestamp()}", values, at, url)
            for p in people.persons(ids).values()
        ]
    )
