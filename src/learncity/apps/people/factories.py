"""People for tests and benchmarks. Never used by the product."""

from itertools import count
from uuid import UUID

from learncity.kernel.words import sort_key

from .models import NO_PASSWORD, Account, Person

_number = count(1)


def make_person(name: str = "", *, language: str = "zh-Hans", account: bool = False) -> UUID:
    """A person, with a proven account when asked; their id."""
    n = next(_number)
    name = name or f"测试 {n}"
    person = Person.objects.create(name=name, name_order=sort_key(name), language=language)
    if account:
        Account.objects.create(
            person=person,
            phone=f"+86154{50_000_000 + n}",
            verified_at=person.created_at,
            password=NO_PASSWORD,
        )
    return person.id
