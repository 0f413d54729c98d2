"""What the kernel itself keeps about persons."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import outbox
from .models import AuditEntry, OutboxEntry, RepeatedRequest
from .personal_data import Basis, Line, OnErasure, RecordClass, register


def _acts(ids: Collection[UUID]) -> Mapping[UUID, Sequence[Line]]:
    found: dict[UUID, list[Line]] = {}
    for e in AuditEntry.objects.filter(actor_id__in=ids).order_by("-at", "-id"):
        assert e.actor_id is not None
        line = {_("When"): e.at, _("What"): e.action, _("Which"): e.subject}
        found.setdefault(e.actor_id, []).append(line)
    return found


def _news(before: datetime) -> int:
    # What was given up waits longer, so that somebody can look at it.
    return outbox.forget(done_before=before, given_up_before=before - timedelta(days=23))


def _answers(before: datetime) -> int:
    return RepeatedRequest.objects.filter(created_at__lt=before).delete()[0]


def _sessions(before: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_session WHERE expire_date < %s", [before])
        return cursor.rowcount


register(
    RecordClass(
        "kernel.audit",
        (AuditEntry,),
        gettext_lazy("What you did as staff"),
        gettext_lazy("Who did what to which thing, or looked at what; identifiers only."),
        Basis.SAFETY,
        OnErasure.PSEUDONYMOUS,
        export=_acts,
        stays={
            "kernel_auditentry.subject": gettext_lazy(
                "The trail is never changed: it shows who looked. Identifiers only."
            ),
            "kernel_auditentry.detail": gettext_lazy(
                "The trail is never changed: it shows who looked. Identifiers only."
            ),
        },
    ),
    RecordClass(
        "kernel.news",
        (OutboxEntry,),
        gettext_lazy("News on its way"),
        gettext_lazy("Identifiers, emptied when it has arrived."),
        Basis.SERVICE,
        OnErasure.PSEUDONYMOUS,
        days=7,
        sweep=_news,
        stays={
            "kernel_outboxentry.body": gettext_lazy(
                "Identifiers only, emptied when it has arrived and gone after a week."
            ),
            "kernel_outboxentry.error": gettext_lazy(
                "What a program said of its own failure; gone after a month."
            ),
        },
    ),
    RecordClass(
        "kernel.repeated_request",
        (RepeatedRequest,),
        gettext_lazy("Answers to your programs"),
        gettext_lazy("The answer to a request, to be given again."),
        Basis.SERVICE,
        OnErasure.DELETED,
        days=1,
        sweep=_answers,
    ),
    # A session opens nothing once its account is gone.
    RecordClass(
        "kernel.session",
        (Session,),
        gettext_lazy("Browsers you are signed in with"),
        gettext_lazy("An identifier of the account, until 60 days without use."),
        Basis.SERVICE,
        OnErasure.PSEUDONYMOUS,
        days=0,
        sweep=_sessions,
    ),
)
