"""Everything that can be asked of notices. Nothing here writes."""

from uuid import UUID

from django.db import connection

from learncity.apps.people import queries as people

from .models import Delivery, Message
from .types import DeliveryValue, MessageValue


def inbox(person_id: UUID, *, limit: int = 50, offset: int = 0) -> list[MessageValue]:
    """A person's messages, newest first; one query. With those to records merged with them."""
    rows = Message.objects.filter(people.of_person(person_id)).order_by("-created_at", "-id")
    return [m.as_value() for m in rows[offset : offset + limit]]


def find_message(message_id: UUID, *, person_id: UUID) -> MessageValue | None:
    """One of the person's own messages, or ``None``; one query."""
    found = Message.objects.filter(people.of_person(person_id), pk=message_id).first()
    return found.as_value() if found else None


def unread(person_id: UUID) -> int:
    """How many messages the person has not opened, counted to 99; one query, on every page."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT FROM notices_message "
            "WHERE person_id IN (SELECT people_all_ids(%s)) AND read_at IS NULL LIMIT 99) unread",
            [person_id],
        )
        return int(cursor.fetchone()[0])


def count_messages(person_id: UUID) -> int:
    """How many messages a person has, with those to records merged with them; one query."""
    return Message.objects.filter(people.of_person(person_id)).count()


def latest_deliveries(*, limit: int = 100, address: str = "") -> list[DeliveryValue]:
    """What left, or would have left, the machine, newest first; one query."""
    rows = Delivery.objects.order_by("-created_at", "-id")
    if address:
        rows = rows.filter(address__icontains=address)
    return [d.as_value() for d in rows[:limit]]
