"""The operator's console for reforms: draft, see everything that would be affected, apply."""

import tempfile
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from learncity.apps.classes import queries as classes
from learncity.apps.organizations import queries as organizations
from learncity.apps.people import queries as people
from learncity.apps.people.access import account
from learncity.apps.places import queries as places
from learncity.apps.places import services
from learncity.apps.places.imports import DECREE_COLUMNS, read_lines
from learncity.apps.places.queries import ReformValue
from learncity.apps.places.types import After, Draft, Line, PlaceValue, ReformState
from learncity.apps.roles.access import Duty, in_city
from learncity.apps.roles.types import Act
from learncity.kernel import formats
from learncity.kernel.access import only
from learncity.kernel.acting import By, Via
from learncity.kernel.csv_files import CsvFile, Unreadable
from learncity.kernel.errors import DomainError
from learncity.kernel.texts import Text
from learncity.web.acts import Question, sure

STATES = {
    ReformState.DRAFT: gettext_lazy("Draft"),
    ReformState.APPLIED: pgettext_lazy("reform", "Applied"),
}
_SHOWN = 200
_EXAMPLE = "from\tto\tshare\tname_vi\tkind\tparent"


class ReformForm(forms.Form):
    """A reform and its lines, pasted from a spreadsheet."""

    key = forms.SlugField(
        label=gettext_lazy("Short name"),
        help_text=gettext_lazy("Small letters and digits, such as khanh-hoa-2025."),
        max_length=80,
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    act = forms.CharField(label=gettext_lazy("Legal act"), max_length=200, required=False)
    country = forms.RegexField(
        r"^[A-Z]{2}$",
        label=gettext_lazy("Country"),
        help_text=gettext_lazy("Whose codes these are: CN or VN."),
    )
    effective = forms.DateField(
        label=gettext_lazy("In force from"), widget=forms.DateInput(attrs={"type": "date"})
    )
    lines = forms.CharField(
        label=gettext_lazy("Lines of the decree"),
        help_text=gettext_lazy(
            "Copy the table from a spreadsheet, with its header: from, to (codes, or names where "
            "only one region has them), and for new "
            "regions name_vi, kind and parent; share where it was published. An empty “from” is "
            "founded, an empty “to” abolished. What is not said to remain is gone."
        ),
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "placeholder": _EXAMPLE}),
        strip=False,
    )

    def clean_lines(self) -> list[Line]:
        """The lines, or what is wrong with the first of them that cannot be read."""
        try:
            lines, errors = _read(self.cleaned_data["lines"])
        except Unreadable as reason:
            raise forms.ValidationError(str(reason))
        if errors:
            raise forms.ValidationError([str(error) for error in errors[:8]])
        return lines


def _read(text: str) -> tuple[list[Line], list[Any]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.csv"
        path.write_text(text, encoding="utf-8")
        file = CsvFile(path, DECREE_COLUMNS)
        return read_lines(file, file.rows())


@only(Duty(Act.DRAW_MAP, on=in_city))
def reforms(request: HttpRequest) -> HttpResponse:
    """Every reform, drafts first."""
    return render(
        request,
        "web/reforms.html",
        {
            "columns": [
                {"label": _("Reform")}, {"label": _("In force from")}, {"label": _("State")},
                {"label": _("Lines"), "numeric": True},
            ],
            "rows": [
                {
                    "url": reverse("web:reform", args=[r.key]),
                    "cells": [
                        str(r.title), {"text": formats.day(r.effective, "date")},
                        {"text": STATES[r.state], "tag": True,
                         "kind": "" if r.state == ReformState.APPLIED else "you"},
                        {"text": formats.number(r.lines), "numeric": True},
                    ],
                }
                for r in places.all_reforms()
            ],
        },
    )  # fmt: skip


@only(Duty(Act.DRAW_MAP, on=in_city))
def draft(request: HttpRequest) -> HttpResponse:
    """Write a draft, or mend one."""
    found = places.find_reform(request.GET.get("key", "")[:80])
    form = ReformForm(request.POST or None, initial=_initial(found))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.draft_reform(
                key=said["key"],
                title={"zh-Hans": said["title"], "vi": said["title"], "en": said["title"]},
                act=said["act"],
                country=said["country"],
                effective=said["effective"],
                lines=said["lines"],
                by=_by(request),
            )
            return redirect("web:reform", key=said["key"])
        except DomainError as refusal:
            form.add_error("key", str(refusal.says))
    status = 422 if form.errors else 200
    return render(request, "web/reform_draft.html", {"form": form}, status=status)


def _initial(found: ReformValue | None) -> dict[str, Any]:
    if found is None or found.state != ReformState.DRAFT:
        return {}
    lines = places.reform_lines(found.key)
    tags = sorted({tag for line in lines for tag in line.name})
    ending = {"zh-Hans": "zh", "zh-Hant": "zh_hant"}
    head = ["from", "to", "share", *(f"name_{ending.get(t, t)}" for t in tags), "kind", "parent"]
    table = [
        [line.source, line.target, "" if line.share is None else str(float(line.share)),
         *(line.name.get(tag, "") for tag in tags), line.kind or "", line.parent]
        for line in lines
    ]  # fmt: skip
    return {
        "key": found.key,
        "title": str(found.title),
        "act": found.act,
        "country": found.country,
        "effective": found.effective.isoformat(),
        "lines": "\n".join("\t".join(row) for row in [head, *table]),
    }


@only(Duty(Act.DRAW_MAP, on=in_city))
def reform(request: HttpRequest, key: str) -> HttpResponse:
    """What a reform did, or what a draft would do to regions, people, offices and classes."""
    found = places.find_reform(key)
    if found is None:
        raise Http404
    refusal = _decide(request, key) if request.method == "POST" else None
    if request.method == "POST" and refusal is None:
        found = places.find_reform(key)
        return redirect("web:reform", key=key) if found else redirect("web:reforms")
    asked = request.GET.get("sure", "") if request.method == "GET" else ""
    if asked and found.state == ReformState.DRAFT:
        return _ask(request, asked, found)
    context: dict[str, Any] = {
        "reform": found,
        "state": STATES[found.state],
        "refusal": refusal,
        "affected_columns": [
            {"label": _("Who")},
            {"label": _("Go along"), "numeric": True},
            {"label": _("Are asked"), "numeric": True},
        ],
    }
    if found.state == ReformState.DRAFT:
        context |= _preview(places.preview(key))
    else:
        context |= _done(found)
    return render(request, "web/reform.html", context, status=409 if refusal else 200)


def _ask(request: HttpRequest, asked: str, found: ReformValue) -> HttpResponse:
    """Ask once more, with what it touches, before a draft is applied or dropped."""
    back, label = reverse("web:reform", args=[found.key]), str(found.title)
    if asked == "drop":
        text = ngettext(
            "The draft and its %(n)s line are gone. Nothing else changes.",
            "The draft and its %(n)s lines are gone. Nothing else changes.",
            found.lines,
        ) % {"n": formats.number(found.lines)}
        title, yes, no = _("Drop this draft?"), _("Yes, drop it"), _("No, keep it")
        return sure(request, Question(title, text, yes, no, back, label, sends={"do": "drop"}))
    drafted = places.preview(found.key)
    if drafted.problems:
        return redirect("web:reform", key=found.key)
    going = {source for source, _target, _share in drafted.flows} - drafted.split
    figures = [
        *_counted(drafted),
        _figure(_("People who go along"), people.count_homes(going)),
        _figure(_("People who are asked"), people.count_homes(drafted.split)),
    ]
    question = Question(
        _("Apply this reform?"),
        _("An applied reform cannot be undone; a later one can change what it did."),
        _("Yes, apply it"), _("No, not yet"), back, label, figures=figures, sends={"do": "apply"},
    )  # fmt: skip
    return sure(request, question)


def _decide(request: HttpRequest, key: str) -> DomainError | None:
    try:
        if request.POST.get("do") == "drop":
            services.drop_draft(key=key, by=_by(request))
        else:
            services.apply_reform(key=key, by=_by(request), at=timezone.now())
    except DomainError as refusal:
        return refusal
    return None


def _by(request: HttpRequest) -> By:
    return By(account(request).person_id, Via.DESK)


def _preview(drafted: Draft) -> dict[str, Any]:
    """What would happen, counted and row by row."""
    targets: dict[UUID, list[str]] = {}
    for source, target, _share in drafted.flows:
        targets.setdefault(source, []).append(target)
    divided = drafted.split
    going = {pk for pk in targets if pk not in divided}
    before = places.places({*targets, *(a.place_id for a in drafted.changed if a.place_id)})
    # What covers a region whose level is abolished is asked; whoever lives there goes along.
    asked = divided | {pk for pk, into in targets.items() if _is_larger(drafted, into, before[pk])}
    return {
        "problems": [str(problem) for problem in drafted.problems],
        "figures": _counted(drafted),
        "affected": [*_affected(going, divided, asked)],
        "columns": [{"label": _("Region")}, {"label": _("What becomes of it")}],
        "rows": [
            *_flow_rows(targets, divided, before, drafted.names),
            *_change_rows(drafted.changed, before),
            *_founded_rows(drafted),
        ][:_SHOWN],
        "more": max(0, len(targets) + len(drafted.changed) - _SHOWN),
    }


def _counted(drafted: Draft) -> list[dict[str, Any]]:
    return [
        _figure(_("Regions that end"), len(drafted.ended)),
        _figure(_("New regions"), len(drafted.founded)),
        _figure(_("Changed"), len(drafted.changed) + len(drafted.respelled)),
        _figure(_("Divided"), len(drafted.split)),
    ]


def _figure(label: str, n: int) -> dict[str, Any]:
    return {"label": label, "figure": formats.number(n)}


def _is_larger(drafted: Draft, into: list[str], before: PlaceValue) -> bool:
    kinds = (drafted.kinds.get(code) for code in into)
    return any(kind is not None and kind.is_above(before.kind) for kind in kinds)


def _affected(
    going: set[UUID], divided: set[UUID], uncovered: set[UUID]
) -> Iterable[dict[str, Any]]:
    """Whom it touches: who goes along, and who must be asked.

    Args:
        uncovered: the regions of which nobody knows what goes on being covered.
    """
    covers = partial(organizations.count_covered_at, on=timezone.localdate())
    for label, count, along, ask in (
        (_("People who live there"), people.count_homes, going, divided),
        (_("Organizations"), organizations.count_at, going, divided),
        (_("Sites"), organizations.count_sites_at, going, divided),
        (_("What is covered"), covers, (going | divided) - uncovered, uncovered),
        (_("Classes to come"), classes.count_coming_at, going, divided),
    ):
        yield {"cells": [
            label,
            {"text": formats.number(count(along)), "numeric": True},
            {"text": formats.number(count(ask)), "numeric": True},
        ]}  # fmt: skip


def _flow_rows(
    targets: Mapping[UUID, list[str]], divided: set[UUID], before: Mapping[UUID, Any],
    names: Mapping[str, Text],
) -> Iterable[dict[str, Any]]:  # fmt: skip
    for source, codes in targets.items():
        if [before[source].code] == codes:
            continue  # it goes on as itself, and grows
        named = _(", ").join(f"{names.get(code, '')} {code}".strip() for code in codes)
        says = _("is divided: %(names)s") if source in divided else _("becomes part of %(names)s")
        yield _row_of(before, source, says % {"names": named})


def _change_rows(changed: Iterable[After], before: Mapping[UUID, Any]) -> Iterable[dict[str, Any]]:
    for a in changed:
        if a.place_id:
            named = {"name": a.name, "code": a.code.lstrip("#"), "parent": a.parent}
            yield _row_of(before, a.place_id, _("is %(name)s, %(code)s, in %(parent)s") % named)


def _founded_rows(drafted: Draft) -> Iterable[dict[str, Any]]:
    reached = {target for _source, target, _share in drafted.flows}
    for a in drafted.founded:
        if a.code not in reached:
            yield {"cells": [str(a.name), _("is founded")]}


def _row_of(before: Mapping[UUID, Any], place_id: UUID, says: str) -> dict[str, Any]:
    found = before.get(place_id)
    return {
        "url": reverse("web:region", args=[found.key]) if found else "",
        "cells": [str(found.name) if found else str(place_id), {"text": says}],
    }


def _done(found: ReformValue) -> dict[str, Any]:
    """What an applied reform did, and what still waits for somebody's word."""
    heirs = places.heirs_of_reform(found.id)
    named = places.places({*heirs, *(pk for h in heirs.values() for pk in h.places)})
    divided = {pk for pk, h in heirs.items() if h.sole is None}
    going = set(heirs) - divided
    uncovered = {pk for pk, h in heirs.items() if h.sole != pk} - set(places.merged_into(heirs))
    waiting = organizations.astray() if found.in_force_at else []
    return {
        "astray": sum(any(b.reform == found.key for b in a.breaks) for a in waiting),
        "affected": [*_affected(going, divided, uncovered)] if found.in_force_at else [],
        "columns": [{"label": _("Region")}, {"label": _("What became of it")}],
        "rows": [
            {
                "url": reverse("web:region", args=[named[pk].key]),
                "cells": [
                    str(named[pk].name),
                    {"text": _(", ").join(str(named[heir].name) for heir in h.places)},
                ],
            }
            for pk, h in list(heirs.items())[:_SHOWN]
        ],
        "more": max(0, len(heirs) - _SHOWN),
    }
