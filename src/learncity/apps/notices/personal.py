"""What this room keeps about persons."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.kernel.personal_data import Basis, Erased, Line, OnErasure, RecordClass, register

from . import services
from .models import Delivery, Message


def _messages(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    for m in Message.objects.filter(person_id__in=ids).order_by("-created_at", "-id"):
        line = {
            _("When"): m.created_at,
            _("Message"): m.title,
            _("Text"): m.body,
            _("Read"): m.read_at or "",
        }
        found.setdefault(m.person_id, []).append(line)
    return found


def _deliveries(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    rows = Delivery.objects.filter(message__person_id__in=ids).select_related("message")
    for d in rows.order_by("-created_at", "-id"):
        assert d.message is not None
        line = {_("When"): d.created_at, _("Sent to"): d.address, _("Message"): d.subject}
        found.setdefault(d.message.person_id, []).append(line)
    return found


def _erase(erased: Erased) -> int:
    return services.forget_messages(person_id=erased.person_id)


def _erase_codes(erased: Erased) -> int:
    return services.forget_codes(person_id=erased.person_id)


def _read(before: datetime) -> int:
    return services.forget_messages(before=before)


def _sent(before: datetime) -> int:
    return services.forget_deliveries(before=before)


def _codes(before: datetime) -> int:
    return services.forget_codes(before=before)


register(
    RecordClass(
        "notices.message",
        (Message,),
        gettext_lazy("Your messages"),
        gettext_lazy("What you were told, word for word."),
        Basis.SERVICE,
        OnErasure.DELETED,
        export=_messages,
        erase=_erase,
        sweep=_read,
    ),
    RecordClass(
        "notices.delivery",
        (Delivery,),
        gettext_lazy("What was sent to you"),
        gettext_lazy("Address and text of each SMS and e-mail."),
        Basis.SAFETY,
        OnErasure.DELETED,
        days=30,
        export=_deliveries,
        sweep=_sent,
    ),
    RecordClass(
        "notices.code",
        (Delivery,),
        gettext_lazy("Sign-in codes that were sent"),
        gettext_lazy("The address a code went to; in a demo also its text."),
        Basis.SAFETY,
        OnErasure.DELETED,
        days=1,
        erase=_erase_codes,
        sweep=_codes,
    ),
)
