"""Every change to notices. Telling is part of the caller's transaction; sending is not."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, Func, Value
from django.utils.translation import gettext_noop

from learncity.apps.people import queries as people
from learncity.kernel import outbox
from learncity.kernel.ids import uuid7
from learncity.kernel.rows import insert

from .models import Delivery, Message
from .ports import email_port, sms_port
from .rules import worded
from .types import (
    Channel,
    CodeWanted,
    DeliveryState,
    Kind,
    MessageWritten,
    NewMessage,
    Outgoing,
)

CODE = Kind(
    "notices.sign_in_code",
    gettext_noop("Your sign-in code: %(code)s"),
    gettext_noop(
        "%(code)s is your Learncity sign-in code. It works for 10 minutes. Give it to nobody."
    ),
)


def tell(messages: Sequence[NewMessage]) -> None:
    """Write messages into inboxes, exactly once each, and have them carried outside.

    Two statements, whatever the number. A message of a key that was told before is left out.
    """
    rows: list[dict[str, Any]] = []
    for new in messages:
        title, body = worded(new.kind, new.values, new.language)
        rows.append(
            {
                "id": uuid7(),
                "person_id": new.person_id,
                "kind": new.kind.name,
                "key": f"{new.kind.name}:{new.person_id}:{new.key}",
                "language": new.language,
                "title": title[:200],
                "body": body,
                "url": new.url,
                "created_at": new.at,
            }
        )
    insert(Message, rows, skip_known=True)
    # News of a message that was told before finds no row of its id, and ends there.
    outbox.publish(*(MessageWritten(row["id"]) for row in rows))


def want_code(*, channel: Channel, address: str, code: str, language: str) -> None:
    """Have a sign-in code carried to an address nobody has proven yet."""
    outbox.publish(CodeWanted(uuid7(), channel, address, language, code), urgent=True)


def carry(message_ids: Sequence[UUID]) -> Mapping[UUID, Exception]:
    """Send messages by each person's best channel: e-mail when they have one, SMS otherwise.

    At least once: after a crash between sending and noting it, one is sent again under the same id.
    Three statements, whatever the number.

    Returns:
        The ids of those that did not leave, and why; another try may help.
    """
    messages = Message.objects.filter(pk__in=message_ids)
    where = people.addresses([m.person_id for m in messages])
    ways: dict[Channel, list[Outgoing]] = {Channel.EMAIL: [], Channel.SMS: []}
    for m in messages:
        # Without an address the inbox, and the learning centre, are how somebody hears.
        if (found := where.get(m.person_id)) and (address := found.email or found.phone):
            channel = Channel.EMAIL if found.email else Channel.SMS
            ways[channel].append(Outgoing(m.id, address, m.title, m.body, m.language, m.kind))
    return _send(ways, of_messages=True)


def carry_codes(wanted: Sequence[CodeWanted]) -> Mapping[UUID, Exception]:
    """Send sign-in codes; their texts are kept in demo mode only.

    Returns:
        The ids of those that did not leave, and why; another try may help.
    """
    ways: dict[Channel, list[Outgoing]] = {Channel.EMAIL: [], Channel.SMS: []}
    for w in wanted:
        title, body = worded(CODE, {"code": w.code}, w.language)
        pk, values = UUID(str(w.delivery_id)), {"code": w.code}
        out = Outgoing(pk, w.address, title, body, w.language, CODE.name, values)
        ways[Channel(w.channel)].append(out)
    return _send(ways, of_messages=False)


def _send(
    ways: Mapping[Channel, Sequence[Outgoing]], *, of_messages: bool
) -> Mapping[UUID, Exception]:
    rows: list[dict[str, Any]] = []
    failed: dict[UUID, Exception] = {}
    for channel, outs in ways.items():
        if not outs:
            continue
        port = email_port() if channel == Channel.EMAIL else sms_port()
        for out, sent in zip(outs, port.send(outs), strict=True):
            if isinstance(sent, Exception):
                failed[out.id] = sent
                continue
            kept = of_messages or not sent
            row = {
                "id": out.id,
                "message_id": out.id if of_messages else None,
                "channel": channel,
                "address": out.address,
                "subject": out.subject if kept else "",
                "body": out.body if kept else "",
                "state": DeliveryState.SENT if sent else DeliveryState.HELD,
            }
            rows.append(row)
    # Sent again after a crash: the row of the first time says the same.
    insert(Delivery, rows, skip_known=True)
    return failed


def mark_read(*, person_id: UUID, message_ids: Sequence[UUID], at: datetime) -> None:
    """Note that the person has seen these of their own messages."""
    mine = Message.objects.filter(people.of_person(person_id), pk__in=message_ids, read_at=None)
    mine.update(read_at=at)


def forget_deliveries(*, before: datetime) -> int:
    """Delete what messages left as, before a moment; how many."""
    return Delivery.objects.filter(created_at__lt=before).exclude(message=None).delete()[0]


def forget_codes(*, person_id: UUID | None = None, before: datetime | None = None) -> int:
    """Delete where sign-in codes went: to a person, or before a moment; how many."""
    rows = Delivery.objects.filter(message=None)
    if person_id is not None:
        reach = people.addresses([person_id]).get(person_id)
        known = (reach.phone, reach.email) if reach else ()
        rows = rows.filter(address__in=[address for address in known if address])
    if before is not None:
        rows = rows.filter(created_at__lt=before)
    assert person_id is not None or before is not None, "never all of them"
    return rows.delete()[0]


def forget_messages(*, person_id: UUID | None = None, before: datetime | None = None) -> int:
    """Delete messages of a person, or from before a moment, and how they were sent; how many."""
    rows = Message.objects.all()
    if person_id is not None:
        rows = rows.filter(person_id=person_id)
    if before is not None:
        rows = rows.filter(created_at__lt=before)
    assert person_id is not None or before is not None, "never all of them"
    return rows.delete()[1].get("notices.Message", 0)


def forget_told(person_ids: Collection[UUID], *, about: Collection[str]) -> int:
    """Delete what these people were told about things, and how it was sent; how many messages.

    When somebody is erased, what names them goes from the inboxes of others too.

    Args:
        about: the keys with which the messages were told, up to their first colon.
    """
    rows = Message.objects.filter(person_id__in=person_ids)
    subject = Func("key", Value(":"), Value(3), function="split_part", output_field=CharField())
    found = rows.alias(subject=subject).filter(subject__in=about)
    return found.delete()[1].get("notices.Message", 0)
