"""Everything that can be asked of privacy. Nothing here writes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Case, Count, F, Q, QuerySet, When
from django.db.models.expressions import RawSQL
from django.utils import timezone

from learncity.apps.people import queries as people
from learncity.apps.places import queries as places
from learncity.kernel import personal_data
from learncity.kernel.acting import Via
from learncity.kernel.personal_data import Basis
from learncity.kernel.texts import Text
from learncity.kernel.workdays import Calendar

from .models import Clock, Consent, Copy, DayOff, Keeping, PurposeText, Request, Sweep
from .rules import ClockRule, clocks_for, due, strictest
from .types import (
    OPEN,
    Channel,
    ConsentLine,
    CopyValue,
    Decision,
    Due,
    NoClock,
    PurposeValue,
    RequestKind,
    RequestState,
    RequestValue,
    RetentionValue,
    Speaker,
    TextValue,
    Unit,
)


def _today(at: datetime) -> date:
    return timezone.localtime(at).date()


# Consent


def texts_in_force(at: datetime) -> "QuerySet[PurposeText]":
    """The newest text of each purpose that is in force; for this room only."""
    rows = PurposeText.objects.filter(purpose__ended_at=None, since__lte=_today(at))
    rows = rows.order_by("purpose__key", "-version").distinct("purpose__key")
    return rows.select_related("purpose")


def purposes(person_id: UUID, *, at: datetime) -> list[PurposeValue]:
    """Every purpose as it stands, and what the person said to it, by key; two queries."""
    said = Consent.objects.filter(people.of_person(person_id))
    said = said.order_by("purpose", "-at", "-number", "-id")
    last = {c.purpose_id: c for c in said.distinct("purpose").select_related("text")}
    found = []
    for text in texts_in_force(at):
        value = PurposeValue(
            text.purpose.key,
            text.purpose.name,
            text.text,
            text.version,
            Basis(text.basis),
            text.since,
        )
        if c := last.get(text.purpose_id):
            given = c.decision == Decision.GIVEN and c.text_id == text.id
            value = replace(
                value,
                consent_id=c.id if given else None,
                decision=Decision(c.decision),
                decided_version=c.text.version,
                decided_at=c.at,
            )
        found.append(value)
    return found


def has_consent(person_id: UUID, purpose: str, *, at: datetime) -> UUID | None:
    """The consent to cite when something is done for this purpose, or ``None``; two queries.

    ``None`` when the person was never asked, said no, took it back, or agreed to an earlier text.
    """
    return consents([person_id], purpose, at=at).get(person_id)


def consents(person_ids: Collection[UUID], purpose: str, *, at: datetime) -> Mapping[UUID, UUID]:
    """Of these persons, those who agree to the purpose as it stands, with the consent to cite.

    Three queries, whatever the number.
    """
    text = texts_in_force(at).filter(purpose__key=purpose).first()
    if text is None:
        return {}
    records = people.records_of(person_ids)
    everybody = frozenset().union(*records.values())
    said = Consent.objects.filter(person_id__in=everybody, purpose_id=text.purpose_id)
    last = {c.person_id: c for c in said.order_by("at", "number", "id")}
    found = {}
    for person_id, ids in records.items():
        theirs = [last[pk] for pk in ids if pk in last]
        c = max(theirs, key=lambda c: (c.at, c.number, c.id), default=None)
        if c and c.decision == Decision.GIVEN and c.text_id == text.id:
            found[person_id] = c.id
    return found


def texts(*, at: datetime) -> list[TextValue]:
    """Every version of what may be agreed to, newest first within a purpose; one query."""
    rows = PurposeText.objects.filter(purpose__ended_at=None, since__lte=_today(at))
    return [
        TextValue(t.purpose.key, t.purpose.name, t.version, t.since)
        for t in rows.select_related("purpose").order_by("purpose__key", "-version")
    ]


def entered(ids: Collection[UUID]) -> Mapping[UUID, tuple[UUID, ConsentLine]]:
    """Whose these entries of ledgers are, and what they say; one query."""
    rows = Consent.objects.filter(pk__in=ids).select_related("purpose", "text")
    return {c.id: (c.person_id, _line(c)) for c in rows}


def ledger(person_id: UUID) -> list[ConsentLine]:
    """Everything the person ever said to any purpose, newest first; one query."""
    rows = Consent.objects.filter(people.of_person(person_id)).select_related("purpose", "text")
    return [_line(c) for c in rows.order_by("-at", "-id")]


def _line(row: Consent) -> ConsentLine:
    return ConsentLine(
        row.id,
        row.purpose.name,
        row.text.version,
        Decision(row.decision),
        row.at,
        Via(row.via),
        Speaker(row.speaker),
        Channel(row.channel) if row.channel else None,
        row.paper,
    )


# Requests


def due_for(person_id: UUID, kind: RequestKind, *, at: datetime) -> Due:
    """Until when a request received now must be answered and done; at most four queries.

    By the clock of the country of the person's place; when nobody knows it, by the strictest.

    Raises:
        NoClock: the city has stated none for this kind.
    """
    home_id = people.persons([person_id])[person_id].home_id
    home = places.places([home_id]).get(home_id) if home_id else None
    rows = Clock.objects.filter(ended_at=None, since__lte=_today(at), kinds__contains=[kind])
    clocks = [
        ClockRule(
            c.place.path,
            c.country,
            c.since,
            c.answer_days,
            Unit(c.answer_in),
            c.done_days,
            Unit(c.done_in),
            c.extension_days,
        )
        for c in rows.select_related("place")
    ]
    chosen = clocks_for(clocks, home.path if home else "")
    if not chosen:
        raise NoClock(kind)
    calendars = _calendars({c.country for c in chosen})
    return strictest([due(c, calendars[c.country], _today(at)) for c in chosen])


def _calendars(countries: Collection[str]) -> Mapping[str, Calendar]:
    """The working days of countries, with what the city states itself; one query."""
    stated: dict[str, dict[date, bool]] = {country: {} for country in countries}
    years: dict[str, set[int]] = {country: set() for country in countries}
    rows = DayOff.objects.filter(country__in=countries, ended_at=None).order_by("first", "id")
    for row in rows:
        days = range(row.first.toordinal(), row.last.toordinal() + 1)
        stated[row.country].update((date.fromordinal(n), row.is_worked) for n in days)
        if row.completes_year:
            years[row.country] |= {row.first.year, row.last.year}
    return {country: Calendar(country, stated[country], years[country]) for country in countries}


def calendars_at(place_ids: Collection[UUID]) -> Mapping[UUID, Calendar]:
    """The working days where regions are, by the clock that holds there; three queries.

    A region where nobody has stated a clock is absent.
    """
    paths = {pk: place.path for pk, place in places.places(place_ids).items()}
    rows = Clock.objects.filter(ended_at=None).values_list("place__path", "country")
    clocks = sorted(rows, key=lambda row: len(row[0]))
    countries = {
        pk: country
        for pk, path in paths.items()
        for above, country in clocks
        if path == above or path.startswith(f"{above}.")
    }
    known = _calendars(set(countries.values())) if countries else {}
    return {pk: known[country] for pk, country in countries.items()}


def requests_of(person_id: UUID) -> list[RequestValue]:
    """A person's own requests, newest first; one query."""
    mine = people.of_person(person_id)
    rows = Request.objects.filter(mine).order_by("-received_at", "-id")
    return [r.as_value() for r in rows]


def requests(ids: Collection[UUID]) -> Mapping[UUID, RequestValue]:
    """Requests by id, in one query; unknown ids are absent."""
    return {r.id: r.as_value() for r in Request.objects.filter(pk__in=ids)}


def find_request(number: str, *, person_id: UUID | None = None) -> RequestValue | None:
    """The request of a number, or ``None``; only one of the person when one is given; one query."""
    rows = Request.objects.filter(number=number)
    if person_id is not None:
        rows = rows.filter(people.of_person(person_id))
    found = rows.first()
    return found.as_value() if found else None


def worklist(
    *, closed: bool = False, limit: int = 1000, home_ids: Collection[UUID] | None = None
) -> list[RequestValue]:
    """Open requests, the next due first; or those that are over, newest first; one query.

    Args:
        home_ids: only of people who live in these regions.
    """
    rows = _of_homes(home_ids)
    if closed:
        over = rows.exclude(state__in=OPEN).order_by("-received_at", "-id")
        return [r.as_value() for r in over[:limit]]
    found = [r.as_value() for r in rows.filter(state__in=OPEN)[:limit]]
    return sorted(found, key=lambda r: (r.next_due, r.received_at, r.id))


def guessed_countries() -> list[str]:
    """Countries with an open request whose dates rest on a year nobody told of; one query."""
    rows = Request.objects.filter(state__in=OPEN, is_guessed=True)
    return sorted(set(rows.values_list("country", flat=True)))


def _of_homes(home_ids: Collection[UUID] | None) -> "QuerySet[Request]":
    """Requests of whom lives there, as ``roles`` asks it: where the kept record lives."""
    rows = Request.objects.all()
    if home_ids is None:
        return rows
    kept = RawSQL(
        "SELECT p.home_id FROM people_person p WHERE p.id = people_root(privacy_request.person_id)",
        [],
    )
    return rows.annotate(kept_home=kept).filter(kept_home__in=home_ids)


def counts(*, at: datetime, home_ids: Collection[UUID] | None = None) -> Mapping[str, int]:
    """How many requests are open, overdue, due within two days, and were answered late; a query."""
    today, is_open = _today(at), Q(state__in=OPEN)
    rows = _of_homes(home_ids).annotate(
        next_due=Case(When(state=RequestState.RECEIVED, then="answer_by"), default="done_by")
    )
    late = Q(answered_at__date__gt=F("answer_by")) | Q(done_at__date__gt=F("done_by"))
    soon = Q(next_due__range=(today, today + timedelta(days=2)))
    return rows.aggregate(
        open=Count("id", filter=is_open),
        overdue=Count("id", filter=is_open & Q(next_due__lt=today)),
        soon=Count("id", filter=is_open & soon),
        late=Count("id", filter=late),
        answered=Count("id", filter=Q(answered_at__isnull=False)),
    )


def restricted(person_ids: Collection[UUID]) -> set[UUID]:
    """Of these persons, those whose data may be kept and not used, as they asked; two queries."""
    asked = Q(kind=RequestKind.RESTRICTION, state__in=[RequestState.GRANTED, RequestState.DONE])
    records = people.records_of(person_ids)
    everybody = frozenset().union(*records.values())
    rows = Request.objects.filter(asked, person_id__in=everybody)
    asking = set(rows.values_list("person_id", flat=True))
    return {pk for pk, ids in records.items() if ids & asking}


# One's own data


def copies(person_id: UUID, *, at: datetime) -> list[CopyValue]:
    """Copies that are being made or can be fetched, newest first; one query, without contents."""
    rows = Copy.objects.filter(people.of_person(person_id)).exclude(until__lte=at)
    rows = rows.defer("as_json", "as_pdf").order_by("-asked_at", "-id")
    return [c.as_value() for c in rows]


def find_copy(copy_id: UUID, kind: str, *, person_id: UUID, at: datetime) -> bytes | None:
    """The person's own copy as ``json`` or ``pdf``, or ``None``; one query."""
    fields = {"json": "as_json", "pdf": "as_pdf"}
    if kind not in fields:
        return None
    rows = Copy.objects.filter(people.of_person(person_id), pk=copy_id, until__gt=at)
    found = rows.values_list(fields[kind], flat=True).first()
    return None if found is None else bytes(found)


# Retention


def retention(*, at: datetime) -> Sequence[RetentionValue]:
    """Every record class: how long it is kept, why, and its last tidying; two queries."""
    stated = keepings(at)
    swept = {s.record_class: s for s in Sweep.objects.all()}
    found = []
    for one in personal_data.registered():
        keeping, sweep = stated.get(one.name), swept.get(one.name)
        found.append(
            RetentionValue(
                one.name,
                str(one.label),
                str(one.keeps),
                one.basis,
                one.on_erasure,
                keeping.days if keeping else one.days,
                keeping.source if keeping else Text(),
                keeping.since if keeping else None,
                sweep.ran_at if sweep else None,
                sweep.count if sweep else None,
                tuple(dict.fromkeys(str(why) for why in one.stays.values())),
            )
        )
    return found


def keepings(at: datetime) -> Mapping[str, Keeping]:
    """What the city says of record classes today, by name; for this room only; one query."""
    rows = Keeping.objects.filter(ended_at=None, since__lte=_today(at))
    rows = rows.order_by("record_class", "-since", "-id").distinct("record_class")
    return {k.record_class: k for k in rows}
