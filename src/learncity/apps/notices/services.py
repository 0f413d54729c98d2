"""Every change to notices. Telling is part of the caller's transaction; sending is not."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
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


def carry(message_id: UUID) -> None:
    """Send a message by the person's best channel: e-mail when they have one, SMS otherwise.

    At least once: after a crash between sending and noting it, it is sent again under the same id.
    """
    message = Message.objects.filter(pk=message_id).first()
    if message is None:
        return
    where = people.addresses([message.person_id]).get(message.person_id)
    if where is None:
        return  # nobody to write to: the inbox, and the learning centre, are how they hear
    channel = Channel.EMAIL if where.email else Channel.SMS
    address = where.email or where.phone or ""
    _send(
        channel,
        Outgoing(message_id, address, message.title, message.body, message.language, message.kind),
        message_id=message_id,
    )


def carry_code(wanted: CodeWanted) -> None:
    """Send a sign-in code; its text is kept in demo mode only."""
    title, body = worded(CODE, {"code": wanted.code}, wanted.language)
    _send(
        Channel(wanted.channel),
        Outgoing(
            UUID(str(wanted.delivery_id)),
            wanted.address,
            title,
            body,
            wanted.language,
            CODE.name,
            {"code": wanted.code},
        ),
        message_id=None,
    )


def _send(channel: Channel, out: Outgoing, *, message_id: UUID | None) -> None:
    port = email_port() if channel == Channel.EMAIL else sms_port()
    sent = port.send(out)
    kept = message_id is not None or not sent
    row = {
        "id": out.id,
        "message_id": message_id,
        "channel": channel,
        "address": out.address,
        "subject": out.subject if kept else "",
        "body": out.body if kept else "",
        "state": DeliveryState.SENT if sent else DeliveryState.HELD,
    }
    # Sent again after a crash: the row of the first time says the same.
    insert(Delivery, [row], skip_known=True)


def mark_read(*, person_id: UUID, message_ids: Sequence[UUID], at: datetime) -> None:
    """Note that the person has seen these of their own messages."""
    mine = Message.objects.filter(person_id=person_id, pk__in=message_ids, read_at=None)
    mine.update(read_at=at)


@transaction.atomic
def forget_deliveries(*, at: datetime) -> int:
    """Delete what left more than 30 days ago, codes after a day; how many."""
    old, _ = Delivery.objects.filter(created_at__lt=at - timedelta(days=30)).delete()
    codes, _ = Delivery.objects.filter(message=None, created_at__lt=at - timedelta(days=1)).delete()
    return old + codes
