"""Classes for tests and benchmarks. Never used by the product."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from learncity.apps.catalogue import queries as catalogue

from .models import CourseClass, Session
from .rules import meetings
from .types import Mode

_number = count(1)

# Applications are open at OPENING, and over at CLOSING, which itself is too late.
OPENING = datetime(2027, 3, 1, 12, tzinfo=UTC)
CLOSING = datetime(2027, 3, 10, 10, 30, tzinfo=UTC)


def make_class(
    *, seats: int = 2, waiting: int = 10, course: str = "small-shop-bookkeeping", link: str = ""
) -> str:
    """A class of a course of the city, open from OPENING to CLOSING; its key.

    Online, so that it needs no room; three meetings, the first when applications close.
    """
    found = catalogue.find_course(course)
    assert found is not None
    key = f"made-{next(_number)}"
    times = list(
        meetings(date(2027, 3, 8), "WED", time(18, 30), time(20), 3, ZoneInfo("Asia/Shanghai"))
    )
    from learncity.apps.organizations import queries as organizations

    place = organizations.organizations([found.provider_id])[found.provider_id].place_id
    made = CourseClass.objects.create(
        key=key,
        course_id=found.id,
        provider_id=found.provider_id,
        place_id=place,
        mode=Mode.ONLINE,
        seats=seats,
        waiting_limit=waiting,
        opens_at=OPENING - timedelta(days=30),
        closes_at=CLOSING,
        starts_at=times[0][0],
        ends_at=times[-1][1],
        sessions_count=3,
    )
    Session.objects.bulk_create(
        Session(
            course_class=made, number=n, starts_at=begins, ends_at=ends, mode=Mode.ONLINE, link=link
        )
        for n, (begins, ends) in enumerate(times, 1)
    )
    return key
