"""The audit trail: what was done, to whom or what, and how; its words and its page."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache

from learncity.apps.assertions import queries as assertions
from learncity.apps.classes.types import BULK_NAMES
from learncity.apps.imports import queries as imports
from learncity.apps.organizations.types import ELSEWHERE_NAMES, POST_NAMES
from learncity.apps.people import queries as people
from learncity.apps.people import services as people_services
from learncity.apps.people.types import (
    CORRECTION_REASON_NAMES,
    KIND_NAMES,
    MERGE_REASON_NAMES,
    REASON_NAMES,
    PersonValue,
)
from learncity.apps.privacy.types import CHANNEL_NAMES, STATE_NAMES, Decision
from learncity.apps.roles.access import Duty, in_city
from learncity.apps.roles.types import ROLE_NAMES, Act
from learncity.kernel import audit, formats, personal_data, tables
from learncity.kernel.access import only
from learncity.kernel.audit import AuditEntry, Sought
from learncity.kernel.dated import begin_of
from learncity.web.acts import after, by_desk, day_field

from .mandates import DEED_NAMES, RIGHT_NAMES
from .roles import ENDING_NAMES

SIZE = 50
# Lines of a download: what a spreadsheet opens at once.
MOST = 10_000
# How the trail's symbols are read; a symbol that is not here is shown as it is.
ACTIONS = {
    "classes.roster_read": gettext_lazy("Looked at a roster"),
    "classes.seats_changed": gettext_lazy("Changed the seats"),
    "classes.cancelled": gettext_lazy("Cancelled a class"),
    "classes.offered": gettext_lazy("Wrote classes by a program"),
    "catalogue.offered": gettext_lazy("Wrote courses by a program"),
    "initiatives.blueprint_applied": gettext_lazy("Applied a blueprint"),
    "kernel.trail_fetched": gettext_lazy("Downloaded what was done"),
    "kernel.outbox_tried_again": gettext_lazy("Tried a message again"),
    "organizations.founded": gettext_lazy("Entered an organization"),
    "organizations.changed": gettext_lazy("Changed an organization"),
    "organizations.ended": gettext_lazy("Ended an organization"),
    "organizations.parent_set": gettext_lazy("Changed whom it belongs to"),
    "organizations.covers": gettext_lazy("Entered a place it covers"),
    "organizations.covers_no_longer": gettext_lazy("Took a place away that it covered"),
    "organizations.office_opened": gettext_lazy("Opened an office"),
    "organizations.office_closed": gettext_lazy("Closed an office"),
    "organizations.coverage_followed": gettext_lazy("A reform changed what is covered"),
    "organizations.laid": gettext_lazy("Said where something lies after a reform"),
    "organizations.committee_founded": gettext_lazy("Entered a committee"),
    "organizations.term_begun": gettext_lazy("Entered a term of office"),
    "organizations.member_came": gettext_lazy("Entered a member of a committee"),
    "organizations.member_left": gettext_lazy("A member left a committee"),
    "organizations.agreement_made": gettext_lazy("Entered an agreement"),
    "organizations.promised": gettext_lazy("Wrote down a promise"),
    "organizations.promise_taken_out": gettext_lazy("Took a promise out"),
    "organizations.deed_noted": gettext_lazy("Noted what was done"),
    "organizations.deed_taken_back": gettext_lazy("Took a note back"),
    "assertions.person_looked_for": gettext_lazy("Looked for a person"),
    "assertions.looked_at": gettext_lazy("Looked at what is said of people"),
    "assertions.made": gettext_lazy("Vouched for a person"),
    "assertions.withdrawn": gettext_lazy("Withdrew what was said"),
    "assertions.answered": gettext_lazy("Answered an objection"),
    "places.reform_drafted": gettext_lazy("Drafted a reform"),
    "places.reform_dropped": gettext_lazy("Dropped a draft"),
    "places.reform_applied": gettext_lazy("Applied a reform"),
    "regions-cn.imported": gettext_lazy("Imported regions"),
    "regions-vn.imported": gettext_lazy("Imported regions"),
    "reform.imported": gettext_lazy("Imported a reform"),
    "population.imported": gettext_lazy("Imported numbers of people"),
    "privacy.consent_entered": gettext_lazy("Entered a consent from paper"),
    "privacy.request_entered": gettext_lazy("Entered a request about data from paper"),
    "privacy.request_read": gettext_lazy("Looked at a request about data"),
    "privacy.request_answered": gettext_lazy("Answered a request about data"),
    "privacy.request_extended": gettext_lazy("Extended a request about data"),
    "privacy.request_done": gettext_lazy("Finished a request about data"),
    "privacy.erased": gettext_lazy("Erased a person"),
    "privacy.swept": gettext_lazy("Deleted what was over its time"),
    "courses.imported": gettext_lazy("Imported courses"),
    "classes.rooms_settled": gettext_lazy("Settled the room of a class"),
    "classes.moved": gettext_lazy("Moved a class"),
    "classes.closing_set": gettext_lazy("Said when applications close"),
    "classes.bulk": gettext_lazy("Changed many classes at once"),
    "classes.bulk_undone": gettext_lazy("Undid a change of many classes"),
    "classes.imported": gettext_lazy("Imported classes"),
    "households.acted": gettext_lazy("Did something for somebody else"),
    "households.messages_read": gettext_lazy("Read the messages of somebody else"),
    "households.mandate_began": gettext_lazy("A mandate began"),
    "households.mandate_registered": gettext_lazy("Registered a mandate"),
    "households.mandate_ended": gettext_lazy("A mandate ended"),
    "households.act_disputed": gettext_lazy("Disputed what was done for them"),
    "households.dispute_read": gettext_lazy("Looked at a dispute"),
    "households.dispute_decided": gettext_lazy("Decided a dispute"),
    "households.handed_over": gettext_lazy("Handed a household over"),
    "security.visit_began": gettext_lazy("Began to look as somebody"),
    "security.page_seen": gettext_lazy("Saw a page as somebody"),
    "security.visit_ended": gettext_lazy("Stopped looking as somebody"),
    "security.seen_in_person": gettext_lazy("Noted who was seen at a desk"),
    "security.seen_in_person_ended": gettext_lazy("Took back a note of the desk"),
    "security.factors_forgotten": gettext_lazy("Took away lost second factors"),
    "people.searched": gettext_lazy("Searched for people"),
    "people.person_read": gettext_lazy("Looked at a person"),
    "people.registered": gettext_lazy("Registered a person"),
    "people.identifier_added": gettext_lazy("Added a number"),
    "people.identifier_confirmed": gettext_lazy("Confirmed a number that somebody had stated"),
    "people.number_taken": gettext_lazy("Was told that a number is somebody else’s"),
    "people.identifier_ended": gettext_lazy("Ended a number"),
    "people.identifier_revealed": gettext_lazy("Read a whole number"),
    "people.home_changed": gettext_lazy("Changed where a person lives"),
    "people.merged": gettext_lazy("Merged two records"),
    "people.corrected": gettext_lazy("Corrected what is kept of a person"),
    "people.record_claimed": gettext_lazy("Opened the record that an office had made"),
    "people.record_missed": gettext_lazy("Said something else than what an office had written"),
    "people.record_declined": gettext_lazy("Did not open the record that an office had made"),
    "people.merge_proposed": gettext_lazy("Proposed to merge two records"),
    "people.merge_refused": gettext_lazy("Refused to merge two records"),
    "people.unmerged": gettext_lazy("Separated two records"),
    "people.group_joined": gettext_lazy("Put a person into a group"),
    "people.group_left": gettext_lazy("Took a person out of a group"),
    "roles.given": gettext_lazy("Gave a role"),
    "roles.ended": gettext_lazy("Ended a role"),
    "roles.stand_in": gettext_lazy("Let somebody stand in"),
    "roles.review_opened": gettext_lazy("Began a review of roles"),
    "roles.kept": gettext_lazy("Kept a role in a review"),
    "roles.followed": gettext_lazy("A reform changed an officer’s regions"),
    "catalogue.course_begun": gettext_lazy("Began a course"),
    "catalogue.course_edited": gettext_lazy("Wrote what a course says"),
    "catalogue.course_sent_in": gettext_lazy("Sent a course in"),
    "catalogue.course_taken_back": gettext_lazy("Took a course back"),
    "catalogue.course_sent_back": gettext_lazy("Sent a course back"),
    "catalogue.course_published": gettext_lazy("Published a course"),
    "catalogue.course_withdrawn": gettext_lazy("Withdrew a course"),
    "organizations.accreditation_asked": gettext_lazy("Asked for accreditation"),
    "organizations.accredited": gettext_lazy("Accredited an organization"),
    "organizations.accreditation_refused": gettext_lazy("Refused an accreditation"),
    "organizations.suspended": gettext_lazy("Suspended an organization"),
    "organizations.suspension_lifted": gettext_lazy("Lifted a suspension"),
    "people.imported": gettext_lazy("Imported people"),
    "imports.sent": gettext_lazy("Sent a list"),
    "imports.check_begun": gettext_lazy("Had a list checked"),
    "imports.apply_begun": gettext_lazy("Had a list imported"),
    "imports.removed": gettext_lazy("Deleted the files of a list"),
    "imports.rows_seen": gettext_lazy("Looked at rows of a list"),
    "imports.rows_fetched": gettext_lazy("Fetched rows that were left out"),
}
VIA = {
    "WEB": gettext_lazy("in the browser"),
    "API": gettext_lazy("through a program"),
    "DESK": gettext_lazy("at the desk"),
    "COMMAND": gettext_lazy("by command"),
    "SYSTEM": gettext_lazy("by the system"),
}

SUBJECTS = {
    "class": gettext_lazy("class"),
    "course": gettext_lazy("course"),
    "bulk": gettext_lazy("change of many classes"),
    "blueprint": gettext_lazy("blueprint"),
    "file": gettext_lazy("file"),
    "outbox": gettext_lazy("message"),
    "trail": gettext_lazy("what was done"),
    "organization": gettext_lazy("organization"),
    "site": gettext_lazy("site"),
    "office": gettext_lazy("office"),
    "coverage": gettext_lazy("what is covered by"),
    "committee": gettext_lazy("committee"),
    "agreement": gettext_lazy("agreement"),
    "mandate": gettext_lazy("mandate"),
    "act": gettext_lazy("act"),
    "dispute": gettext_lazy("dispute"),
    "household": gettext_lazy("household"),
    "reform": gettext_lazy("reform"),
    "person": gettext_lazy("person"),
    "people": gettext_lazy("records of people"),
    "identifier": gettext_lazy("number"),
    "consent": gettext_lazy("consent"),
    "request": gettext_lazy("request"),
    "import": gettext_lazy("list"),
    "retention": gettext_lazy("how long things are kept"),
}
DETAILS = {
    "how": gettext_lazy("how"),
    "changes": gettext_lazy("changes"),
    "conflicts": gettext_lazy("kept as changed by hand"),
    "before": gettext_lazy("before"),
    "after": gettext_lazy("after"),
    "waiting_limit": gettext_lazy("longest waiting list"),
    "new": gettext_lazy("new"),
    "changed": gettext_lazy("changed"),
    "same": gettext_lazy("same as before"),
    "left_out": gettext_lazy("left out"),
    "fields": gettext_lazy("fields"),
    "successor": gettext_lazy("successor"),
    "parties": gettext_lazy("parties"),
    "number": gettext_lazy("number of the promise"),
    "post": gettext_lazy("post"),
    "key": gettext_lazy("what"),
    "keys": gettext_lazy("which"),
    "others": gettext_lazy("and others"),
    "deed": gettext_lazy("What they did"),
    "lines": gettext_lazy("lines"),
    "founded": gettext_lazy("new regions"),
    "ended": gettext_lazy("regions ended"),
    "page": gettext_lazy("page"),
    "found": gettext_lazy("found"),
    "kind": gettext_lazy("kind"),
    "reason": gettext_lazy("reason"),
    "other": gettext_lazy("the other record"),
    "group": gettext_lazy("group"),
    "decision": gettext_lazy("said"),
    "state": gettext_lazy("state"),
    "days": gettext_lazy("days"),
    "rows": gettext_lazy("lines"),
    "role": gettext_lazy("role"),
    "ending": gettext_lazy("why"),
    "channel": gettext_lazy("how it came"),
    "meetings": gettext_lazy("meetings"),
    "classes": gettext_lazy("classes"),
    "closes": gettext_lazy("closes"),
}
# Identifiers and symbols for whoever follows a trail through the table; they say nothing to a
# reader.
HIDDEN = {"proposed_by", "visit", "mandate", "act", "dispute", "why", "is_upheld"}
# What the symbols of a detail are called, by the detail; what is not here is shown as it is.
HOW: Mapping[str, Mapping[Any, Any]] = {
    "how": {
        "PAGE": gettext_lazy("on the page"),
        "PRINT": gettext_lazy("printed"),
        "COMPARISON": gettext_lazy("in a comparison"),
        "CONSENTS": gettext_lazy("to enter a consent"),
        "NUMBER": gettext_lazy("by their number"),
        "CODE": gettext_lazy("by a code"),
        "API": gettext_lazy("through a program"),
        "TRAIL": gettext_lazy("in what was done"),
    },
    "kind": {
        **KIND_NAMES,
        **RIGHT_NAMES,
        **{key: kind.label for key, kind in imports.kinds().items()},
        **BULK_NAMES,
    },
    "reason": {
        **REASON_NAMES,
        **MERGE_REASON_NAMES,
        **ELSEWHERE_NAMES,
        **CORRECTION_REASON_NAMES,
    },
    "deed": DEED_NAMES,
    "role": ROLE_NAMES,
    "ending": ENDING_NAMES,
    "channel": CHANNEL_NAMES,
    "state": STATE_NAMES,
    "decision": {
        Decision.GIVEN: gettext_lazy("Agreed"),
        Decision.WITHDRAWN: gettext_lazy("Took the consent back"),
    },
    "post": POST_NAMES,
}
FIELDS = {
    "kind": gettext_lazy("kind"),
    "name": pgettext_lazy("thing", "name"),
    "about": gettext_lazy("what it says of itself"),
    "place_id": gettext_lazy("seat"),
    "phone": gettext_lazy("phone"),
    "since": gettext_lazy("founded on"),
    "register": gettext_lazy("register"),
    "registration": gettext_lazy("number in the register"),
}


class FilterForm(forms.Form):
    """Which entries to show; its address is the view."""

    action = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    first = day_field(gettext_lazy("First day"), required=False)
    last = day_field(gettext_lazy("Last day"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted(((key, str(words)) for key, words in ACTIONS.items()), key=lambda n: n[1])
        self.fields["action"].choices = [("", _("Everything")), *named]  # type: ignore[attr-defined]

    def sought(self, person_id: UUID | None) -> Sought:
        """What is asked for; of somebody in all records of theirs, one query."""
        said = self.cleaned_data if self.is_valid() else {}
        first, last = said.get("first"), after(said.get("last"))
        return Sought(
            action=said.get("action", ""),
            people=people.all_ids(person_id) if person_id else (),
            since=begin_of(first) if first else None,
            before=begin_of(last) if last else None,
        )


@only(Duty(Act.OPERATE, on=in_city))
@never_cache
def trail(request: HttpRequest, person_id: UUID | None = None) -> HttpResponse:
    """What was done, the newest first; of one person, by them and with their record."""
    form, person = FilterForm(request.GET), _name(person_id)
    found = _found(request, form, person_id)
    if person_id:
        people_services.note_person_read(person_id=person_id, by=by_desk(request), how="TRAIL")
    query = request.GET.copy()
    if len(found) > SIZE:
        query["after"] = str(found[SIZE - 1].id)
    context = {
        "person": person,
        "back": {"url": reverse("web:person", args=[person_id]), "label": _("Person")}
        if person_id
        else {"url": reverse("web:operate"), "label": _("City office")},
        "form": form,
        "most": formats.number(MOST),
        "exports": [
            {"label": kind.upper(), "url": f"{_export(kind, person_id)}?{request.GET.urlencode()}"}
            for kind in tables.KINDS
        ],
        "columns": columns(),
        "rows": rows(found[:SIZE]),
        "next_url": f"?{query.urlencode()}" if len(found) > SIZE else "",
    }
    return render(request, "web/trail.html", context, status=200 if form.is_valid() else 422)


def _found(request: HttpRequest, form: FilterForm, person_id: UUID | None) -> list[AuditEntry]:
    """The part of the page; of all entries where the form says what cannot be.

    Raises:
        Http404: it begins after an entry that there is not.
    """
    after_text = request.GET.get("after")
    try:
        begin = UUID(after_text) if after_text else None
        return audit.latest(SIZE + 1, sought=form.sought(person_id), after=begin)
    except (ValueError, audit.NoSuchEntry) as error:
        raise Http404 from error


@only(Duty(Act.OPERATE, on=in_city))
def trail_export(request: HttpRequest, kind: str, person_id: UUID | None = None) -> HttpResponse:
    """What the page shows, as a file; that somebody fetched it is written down."""
    form = FilterForm(request.GET)
    if not form.is_valid():
        # Which says what is wrong.
        page = reverse("web:person_trail", args=[person_id]) if person_id else reverse("web:trail")
        return redirect(f"{page}?{request.GET.urlencode()}")
    _name(person_id)
    found = audit.latest(MOST, sought=form.sought(person_id))
    subject = f"person {person_id}" if person_id else "trail"
    lines = [
        [cell if isinstance(cell, str) else str(cell["text"]) for cell in row["cells"]]
        for row in rows(found)
    ]
    made = tables.download(kind, "trail", [c["label"] for c in columns()], lines)
    audit.note("kernel.trail_fetched", subject, by=by_desk(request), rows=len(found))
    return made


def _export(kind: str, person_id: UUID | None) -> str:
    if person_id is None:
        return reverse("web:trail_export", args=[kind])
    return reverse("web:person_trail_export", args=[person_id, kind])


def _name(person_id: UUID | None) -> str:
    """Whose trail it is.

    Raises:
        Http404: there is no such person.
    """
    if person_id is None:
        return ""
    found = people.persons([person_id]).get(person_id)
    if found is None:
        raise Http404
    return found.name or _("No name yet")


def columns() -> list[dict[str, Any]]:
    """The heads of the table of entries."""
    heads = [_("When"), _("Who"), _("What"), _("Which"), _("How"), _("Details")]
    return [{"label": head} for head in heads]


def rows(entries: Sequence[AuditEntry]) -> list[dict[str, Any]]:
    """The entries as rows of a table, with the names of who and what is in them; two queries."""
    about = {e.id: _person_in(e.subject) for e in entries}
    others = {UUID(str(e.detail["other"])) for e in entries if "other" in e.detail}
    named = {pk for e in entries for pk in (e.actor_id, about[e.id]) if pk} | others
    names = people.persons(named)
    groups = any("group" in e.detail for e in entries)
    called = {g.key: str(g.name) for g in people.groups()} if groups else {}
    called |= {str(pk): names[pk].name for pk in others if pk in names and names[pk].name}
    return [
        {
            "cells": [
                f"{formats.day(e.at, 'long')} {formats.clock(e.at)}",
                {"text": _actor(e.actor_id, names)},
                {"text": ACTIONS.get(e.action, e.action), "words": True},
                {"text": _subject(e.subject, about[e.id], names), "words": True},
                {"text": VIA.get(e.via, e.via)},
                {"text": _details(e.detail, called), "words": True},
            ]
        }
        for e in entries
    ]


def _person_in(subject: str) -> UUID | None:
    """The person that an entry is about, if it is about one."""
    kind, _space, key = subject.partition(" ")
    return UUID(key) if kind == "person" else None


def _subject(subject: str, person_id: UUID | None, names: Mapping[UUID, PersonValue]) -> str:
    """Which thing: its kind in words, and its key; a person by name."""
    kind, _space, key = subject.partition(" ")
    if person_id and person_id in names:
        key = names[person_id].name or key
    return f"{SUBJECTS.get(kind, kind)} {key}"


def _details(detail: Mapping[str, object], called: Mapping[str, str]) -> str:
    """What else is known of it: counts, and how."""
    swept = {one.name: one.label for one in personal_data.registered()}
    return _(", ").join(
        _("%(what)s: %(value)s")
        % {"what": DETAILS.get(k) or swept.get(k, k), "value": _value(k, str(v), called)}
        for k, v in detail.items()
        if k not in HIDDEN
    )


def _value(name: str, symbol: str, called: Mapping[str, str]) -> str:
    """A value in words: of an enumeration, of several fields or groups, or what it is."""
    if name == "fields":
        return _(", ").join(str(FIELDS.get(one, one)) for one in symbol.split(", "))
    if name == "group":
        return _(", ").join(called.get(one, one) for one in symbol.split(" "))
    if name == "key":
        return {one.name: str(one.label) for one in assertions.all_keys()}.get(symbol, symbol)
    return str(HOW.get(name, {}).get(symbol) or called.get(symbol, symbol))


def _actor(actor_id: UUID | None, names: Mapping[UUID, PersonValue]) -> str:
    """Who did it; the command line and the system have no name."""
    if actor_id is None:
        return _("nobody signed in")
    return names[actor_id].name if actor_id in names else str(actor_id)
