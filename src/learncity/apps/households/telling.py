"""What people hear, and what their record keeps, of households and mandates."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from learncity.apps.notices import services as notices
from learncity.apps.notices.types import Kind as MessageKind
from learncity.apps.notices.types import NewMessage
from learncity.apps.people.types import PersonValue
from learncity.apps.record import services as record
from learncity.apps.record.types import Kind as FactKind
from learncity.apps.record.types import NewFact
from learncity.kernel.acting import By

MINE, HOUSEHOLD, ACTS = "/me/mandates/", "/me/household/", "/me/acts/"


def today(at: datetime) -> date:
    """The day by the city's clock."""
    return timezone.localtime(at).date()


def last(until: date) -> date:
    """The last day of something that ends without the day ``until``."""
    return until - timedelta(days=1)


def message(
    person: PersonValue,
    kind: MessageKind,
    key: str,
    values: Mapping[str, Any],
    at: datetime,
    url: str,
) -> NewMessage:
    """A message to one person, in their language."""
    return NewMessage(person.id, person.language, kind, key, values, at, url)


def tell(*messages: NewMessage) -> None:
    """Write the messages into inboxes."""
    notices.tell(messages)


def record_fact(
    person: PersonValue, kind: FactKind, subject: tuple[str, UUID], *, by: By, at: datetime,
    **evidence: str,
) -> None:  # fmt: skip
    """Append one fact to a person's record."""
    record.append([NewFact(person.id, kind, at, by, None, person.home_id, subject, None, evidence)])
