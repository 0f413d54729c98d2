"""The city office's desk, and the outbox of a demo."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from learncity.apps.catalogue import queries as catalogue
from learncity.apps.classes import queries as classes
from learncity.apps.households import queries as households
from learncity.apps.initiatives import demo
from learncity.apps.notices import queries as notices
from learncity.apps.notices.types import Channel, DeliveryState
from learncity.apps.organizations import queries as organizations
from learncity.apps.people.access import account
from learncity.apps.places import queries as places
from learncity.apps.roles.access import AnyDuty, Duty, actor_of, in_city, organizations_for
from learncity.apps.roles.types import Act
from learncity.apps.security import queries as security
from learncity.kernel import audit, formats, outbox
from learncity.kernel.access import everyone, only
from learncity.kernel.acting import By, Via

from . import trail

# What an office does, in the order in which its page shows the ways to it.
_WAYS = (
    (Act.REVIEW_COURSES, "web:review_queue", gettext_lazy("Courses to review")),
    (Act.REVIEW_COURSES, "web:office_programmes", gettext_lazy("Programmes")),
    (Act.REVIEW_COURSES, "web:accreditation", gettext_lazy("Accreditation")),
    (Act.KEEP_REGISTER, "web:register", gettext_lazy("Organizations")),
    (Act.KEEP_REGISTER, "web:coverage", gettext_lazy("Places without")),
    (Act.SEE_FIGURES, "web:desk_demand", gettext_lazy("Demand")),
    (Act.NOTE_DEEDS, "web:agreements", gettext_lazy("Agreements")),
    (Act.KEEP_PEOPLE, "web:people", gettext_lazy("People")),
    (Act.HELP_PEOPLE, "web:support", gettext_lazy("Help somebody")),
    (Act.ANSWER_REQUESTS, "web:requests", gettext_lazy("Requests about data")),
    (Act.OPERATE, "web:retention", gettext_lazy("How long things are kept")),
    (Act.DRAW_MAP, "web:reforms", gettext_lazy("Reforms of places")),
    (Act.GIVE_ROLES, "web:roles", gettext_lazy("Roles")),
    (Act.OPERATE, "web:imports", gettext_lazy("Lists")),
)
_OFFICE = frozenset(
    {
        Act.KEEP_REGISTER,
        Act.KEEP_PEOPLE,
        Act.HELP_PEOPLE,
        Act.ANSWER_REQUESTS,
        Act.OPERATE,
        Act.DRAW_MAP,
        Act.SETTLE_DISPUTES,
    }
)


@only(AnyDuty(_OFFICE))
def operate(request: HttpRequest) -> HttpResponse:
    """The office's figures and ways; for operators also how the system is, and the audit trail."""
    at, actor = timezone.now(), actor_of(request)
    mine = organizations_for(actor, Act.SEE_FIGURES)
    figures = classes.figures(mine, at=at)
    partners = organizations.count_organizations() if mine is None else len(mine)
    context: dict[str, Any] = {
        "ways": [
            {"url": reverse(name), "label": label, "waiting": _to_review(name)}
            for act, name, label in _WAYS if actor.may(act)
        ],
        "figures": [
            {"label": _("Partners"), "figure": formats.number(partners)},
            {"label": _("Classes not over"), "figure": formats.number(figures.classes)},
            {"label": _("Places taken"), "figure": formats.number(figures.enrolled),
             "definition_url": reverse("web:desk_figures")},
            {"label": _("Waiting"), "figure": formats.number(figures.waiting)},
        ],
    }  # fmt: skip
    if not actor.is_operator:
        regions = places.places(actor.regions(Act.SEE_FIGURES)).values()
        return render(request, "web/office.html", context | {"regions": [r.name for r in regions]})
    waiting, oldest, given_up = outbox.waiting()
    late = (at - oldest).total_seconds() if oldest else 0
    return render(
        request,
        "web/operate.html",
        context
        | {
            "figures": [
                *context["figures"],
                {"label": _("Courses"), "figure": formats.number(sum(catalogue.counts().values()))},
                {"label": _("To be placed"),
                 "figure": formats.number(organizations.count_astray()),
                 "rows_url": reverse("web:astray")},
            ],
            "waiting": waiting,
            "late_minutes": int(late // 60),
            "given_up": given_up,
            "failures": outbox.given_up(),
            "disputes": households.open_disputes(),
            "columns": trail.columns(),
            "rows": trail.rows(audit.latest(20)),
        },
    )  # fmt: skip


def _to_review(name: str) -> str:
    """How many courses wait behind this way; of another way, or where none waits, nothing."""
    waiting = catalogue.count_to_review() if name == "web:review_queue" else 0
    return formats.number(waiting) if waiting else ""


@only(Duty(Act.OPERATE, on=in_city))
@require_POST
def try_again(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Have a message that was given up tried once more."""
    if outbox.try_again(entry_id):
        by = By(account(request).person_id, Via.DESK)
        audit.note("kernel.outbox_tried_again", f"outbox {entry_id}", by=by)
    return redirect("web:operate")


@everyone
@never_cache
def demo_outbox(request: HttpRequest) -> HttpResponse:
    """What would have left the machine: codes and messages, newest first. Demo only."""
    if not settings.DEMO:
        raise Http404
    address = request.GET.get("to", "").strip()[:60]
    channels = {Channel.SMS: _("SMS"), Channel.EMAIL: _("E-mail")}
    items = [
        {
            "channel": channels[d.channel],
            "address": d.address,
            "subject": d.subject,
            "body": d.body,
            "when": f"{formats.day(d.created_at)} {formats.clock(d.created_at)}",
            "held": d.state == DeliveryState.HELD,
        }
        for d in notices.latest_deliveries(limit=30, address=address)
    ]
    return render(
        request,
        "web/demo_outbox.html",
        {
            "items": items,
            "address": address,
            "sign_ins": demo.sign_ins(),
            "app_codes": security.demo_codes(at=timezone.now()),
        },
    )
