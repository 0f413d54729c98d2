"""Classes for tests and benchmarks. Never used by the product."""

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from learncity.apps.catalogue import queries as catalogue
from learncity.apps.catalogue.models import Course
from learncity.apps.catalogue.services import write_courses
from learncity.apps.catalogue.types import Audience, Category, Level
from learncity.apps.organizations import queries as organizations
from learncity.apps.places import queries as places
from learncity.kernel.texts import Text

from .models import CourseClass, Session
from .rules import meetings
from .traits import slots
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
        slots=slots(begins for begins, _ends in times),
    )
    Session.objects.bulk_create(
        Session(
            course_class=made, number=n, starts_at=begins, ends_at=ends, mode=Mode.ONLINE, link=link
        )
        for n, (begins, ends) in enumerate(times, 1)
    )
    return key


_WORDS = (
    ("会计基础", "kế toán", "bookkeeping"), ("烘焙", "làm bánh", "baking"),
    ("书法", "thư pháp", "calligraphy"), ("英语口语", "tiếng Anh", "spoken English"),
    ("电工", "điện", "electrician"), ("摄影", "nhiếp ảnh", "photography"),
    ("太极", "thái cực quyền", "tai chi"), ("急救", "sơ cứu", "first aid"),
)  # fmt: skip
_FEES = (0, 0, 0, 2_000, 5_000, 5_001, 12_000, 20_000, 45_000)


def make_catalogue(
    *, courses: int, classes: int, at: datetime, seed: int = 1
) -> Mapping[str, list[datetime]]:
    """So many courses with classes, of every kind and spread over the city's sites, all alike for
    a seed. By key of the class, the beginnings of its meetings, which are not written.

    Some classes are cancelled or closed, some courses have none, and a few regions no site.
    """
    chance, zone = random.Random(seed), ZoneInfo(settings.TIME_ZONE)  # noqa: S311 - nothing secret
    who = organizations.all_organizations()
    sites = organizations.all_venues()
    regions = places.below("jiangsu.suzhou")
    made = [_course(n, seed, chance, chance.choice(who).id) for n in range(courses)]
    for begin in range(0, courses, 2000):
        write_courses(made[begin : begin + 2000])
    beginnings: dict[str, list[datetime]] = {}
    rows = []
    for n in range(classes):
        key = f"found-{seed}-{n}"
        first = at + timedelta(minutes=chance.randint(-60 * 24 * 20, 60 * 24 * 130))
        times = _meetings(first.astimezone(zone), chance)
        beginnings[key] = times
        venue = chance.choice(sites) if chance.random() < 0.75 else None
        seats = chance.randint(1, 30)
        course = chance.choice(made[: max(1, courses * 9 // 10)])
        rows.append(
            CourseClass(
                key=key,
                course_id=course.id,
                provider_id=course.provider_id,
                place_id=venue.place_id if venue else chance.choice(regions).id,
                venue_id=venue.id if venue else None,
                mode=chance.choice((Mode.IN_PERSON, Mode.BLENDED)) if venue else Mode.ONLINE,
                language=chance.choice(("zh-Hans", "zh-Hant", "vi", "en", "")),
                seats=seats,
                seats_taken=seats if chance.random() < 0.3 else chance.randint(0, seats),
                fee_minor=chance.choice(_FEES),
                fee_currency="VND" if chance.random() < 0.1 else "CNY",
                closes_at=times[min(2, len(times) - 1)],
                starts_at=times[0],
                ends_at=times[-1] + timedelta(hours=2),
                sessions_count=len(times),
                slots=slots(times),
                cancelled_at=at if chance.random() < 0.05 else None,
            )
        )
    CourseClass.objects.bulk_create(rows, batch_size=1500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE classes_courseclass")
        cursor.execute("ANALYZE catalogue_course")
    return beginnings


def _course(n: int, seed: int, chance: random.Random, provider: UUID) -> Course:
    words = chance.choice(_WORDS)
    return Course(
        key=f"found-{seed}-{n}",
        provider_id=provider,
        category=chance.choice(list(Category)),
        title=Text({t: f"{w} {n}" for t, w in zip(("zh-Hans", "vi", "en"), words, strict=True)}),
        level=chance.choice(list(Level)),
        audiences=chance.sample(list(Audience), chance.randint(0, 3)),
        ended_at=datetime(2026, 1, 1, tzinfo=UTC) if chance.random() < 0.03 else None,
    )


def _meetings(first: datetime, chance: random.Random) -> list[datetime]:
    """One to five meetings, on one weekday and in one part of the day, or on changing ones."""
    hours = (9, 11, 12, 14, 17, 18, 19, 20)
    begin = first.replace(hour=chance.choice(hours), minute=chance.choice((0, 30)), second=0)
    times = [begin + timedelta(weeks=n) for n in range(chance.randint(1, 5))]
    if chance.random() < 0.4:
        times[1:] = [
            t.replace(hour=chance.choice(hours)) + timedelta(days=chance.randint(0, 6))
            for t in times[1:]
        ]
    return sorted(times)
