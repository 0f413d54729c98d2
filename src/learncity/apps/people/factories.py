"""People for tests and benchmarks. Never used by the product."""

from itertools import count
from uuid import UUID

from .models import NO_PASSWORD, Account, Person

_number = count(1)


def make_person(
    name: str = "", *, language: str = "zh-Hans", account: bool = False, born: int | None = None
) -> UUID:
    """A person, with a proven account when asked; their id."""
    n = next(_number)
    name = name or f"测试 {n}"
    person = Person(language=language, born=born)
    person.call(name)
    person.save()
    person.refresh_from_db()
    if account:
        Account.objects.create(
            person=person,
            phone=f"+86154{50_000_000 + n}",
            verified_at=person.created_at,
            password=NO_PASSWORD,
        )
    return person.id
