"""The ``consents``, ``request_clocks``, ``days_off`` and ``retention`` sections of a blueprint."""

from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, ClassVar

from django.db import models
from django.utils import timezone
from pydantic import Field

from learncity.apps.places import queries as places
from learncity.kernel import personal_data
from learncity.kernel.blueprint_files import Mistake, Spot
from learncity.kernel.blueprints import Key, Names, Ref, Section, Stated
from learncity.kernel.personal_data import Basis
from learncity.kernel.texts import LANGUAGES
from learncity.kernel.workdays import DECREED

from .models import Clock, DayOff, Keeping, Purpose, PurposeText
from .types import RequestKind, Unit

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class StatedConsent(Stated):
    """A purpose that people may agree to, and the text of it that counts from a day on."""

    name: Names
    text: Names
    version: Annotated[int, Field(ge=1, le=30_000)] = 1
    basis: Basis = Basis.CONSENT
    since: date


class Consents(Section):
    """The purposes and their texts."""

    name = "consents"
    schema = StatedConsent

    def check(self, said: dict[str, Any], spot: Spot) -> Iterator[Mistake]:
        """Nobody can agree to what they cannot read."""
        for field in ("name", "text"):
            for tag in sorted(set(LANGUAGES) - set(said[field])):
                yield spot.mistake(f"the {field} of a consent is missing in {tag!r}", field)

    def check_all(
        self, items: Mapping[str, dict[str, Any]], spots: Mapping[str, Spot]
    ) -> Iterator[Mistake]:
        """A text that stands is never changed, only followed by another version; one query."""
        rows = PurposeText.objects.filter(purpose__key__in=items).select_related("purpose")
        last: dict[str, int] = {}
        for row in rows.order_by("purpose__key", "version"):
            key, said = row.purpose.key, items[row.purpose.key]
            last[key] = row.version
            stands = (dict(row.text), row.basis, row.since.isoformat())
            if row.version == said["version"] and stands != _text(said):
                yield spots[key].mistake(
                    f"version {row.version} of {key!r} stands as people agreed to it; "
                    f"state the new text as version {row.version + 1}",
                    "version",
                )
        for key, version in last.items():
            if items[key]["version"] < version:
                yield spots[key].mistake(f"version {version} of {key!r} exists already", "version")

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """The newest text of each as a blueprint would state it; one query."""
        rows = PurposeText.objects.filter(purpose__key__in=keys, purpose__ended_at=None)
        rows = rows.order_by("purpose__key", "-version").distinct("purpose__key")
        return {
            row.purpose.key: {
                "name": dict(row.purpose.name),
                "text": dict(row.text),
                "version": row.version,
                "basis": row.basis,
                "since": row.since.isoformat(),
            }
            for row in rows.select_related("purpose")
        }

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist."""
        rows = Purpose.objects.filter(key__in=keys, ended_at=None)
        return set(rows.values_list("key", flat=True))

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Name purposes, and add the texts that are new: one read, two writes."""
        known = {p.key: p for p in Purpose.objects.filter(key__in=[key for key, _ in items])}
        for key, said in items:
            purpose = known.setdefault(key, Purpose(key=key))
            purpose.name, purpose.ended_at = said["name"], None
        Purpose.objects.bulk_create(
            [known[key] for key, _ in items],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["name", "ended_at"],
            batch_size=1000,
        )
        PurposeText.objects.bulk_create(
            [
                PurposeText(
                    purpose=known[key],
                    version=said["version"],
                    text=said["text"],
                    basis=said["basis"],
                    since=said["since"],
                )
                for key, said in items
            ],
            ignore_conflicts=True,
            batch_size=1000,
        )

    def end(self, keys: Collection[str]) -> None:
        """Nobody is asked any more, and no consent to them counts."""
        Purpose.objects.filter(key__in=keys).update(ended_at=timezone.now())


def _text(said: dict[str, Any]) -> tuple[dict[str, str], str, str]:
    return said["text"], said["basis"], said["since"]


class _Table(Section):
    """Things that are one row each, named by their key."""

    model: ClassVar[type[models.Model]]
    fields: ClassVar[tuple[str, ...]]

    @abstractmethod
    def said_of(self, row: Any) -> dict[str, Any]:
        """A row as a blueprint would state it."""

    def values_of(self, items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The fields of each row."""
        return [{name: said[name] for name in self.fields} for said in items]

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """These as a blueprint would state them; one query."""
        rows = self.model._default_manager.filter(key__in=keys, ended_at=None)
        if "place_id" in self.fields:
            rows = rows.select_related("place")
        return {row.key: self.said_of(row) for row in rows}  # type: ignore[attr-defined]

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist."""
        return set(self.read(keys))

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Make or change them: one read, one write."""
        rows = self.model._default_manager
        ids = dict(rows.filter(key__in=[key for key, _ in items]).values_list("key", "id"))
        made = []
        values = self.values_of([said for _, said in items])
        for (key, _said), value in zip(items, values, strict=True):
            row = self.model(key=key, ended_at=None, **value)
            row.pk = ids.get(key, row.pk)
            made.append(row)
        rows.bulk_create(
            made,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[*self.fields, "ended_at"],
            batch_size=1000,
        )

    def end(self, keys: Collection[str]) -> None:
        """They count no more; what was decided by them stays."""
        rows = self.model._default_manager.filter(key__in=keys)
        rows.update(ended_at=timezone.now())


class StatedClock(Stated):
    """How soon requests about one's own data are answered and done where people live."""

    place: Annotated[Key, Ref("places")]
    country: Country
    kinds: Annotated[list[RequestKind], Field(min_length=1)]
    since: date
    answer_days: Annotated[int, Field(ge=0, le=365)]
    answer_in: Unit = Unit.WORKING
    done_days: Annotated[int, Field(ge=0, le=365)]
    done_in: Unit = Unit.WORKING
    extension_days: Annotated[int, Field(ge=0, le=365)] = 0
    source: Names = Field(default_factory=dict)


class Clocks(_Table):
    """The clocks of requests, by the country of the person's place."""

    name = "request_clocks"
    schema = StatedClock
    model = Clock
    fields = (
        "place_id",
        "country",
        "kinds",
        "since",
        "answer_days",
        "answer_in",
        "done_days",
        "done_in",
        "extension_days",
        "source",
    )

    def check(self, said: dict[str, Any], spot: Spot) -> Iterator[Mistake]:
        """Working days can be counted only where they are known."""
        yield from _check_country(said, spot)

    def normal(self, said: dict[str, Any]) -> dict[str, Any]:
        """The order of kinds means nothing."""
        return {**said, "kinds": sorted(said["kinds"])}

    def said_of(self, row: Clock) -> dict[str, Any]:
        """A row as a blueprint would state it."""
        said = {name: row.__dict__[name] for name in self.fields if name != "place_id"}
        said |= {"since": row.since.isoformat(), "source": dict(row.source)}
        return {**said, "place": row.place.key}

    def values_of(self, items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The fields of each row; one query for the places."""
        where = places.ids_by_key({said["place"] for said in items})
        rows = [{**said, "place_id": where[said["place"]]} for said in items]
        return super().values_of(rows)


class StatedDayOff(Stated):
    """Days of which the city says itself whether they are worked."""

    country: Country
    first: date
    last: date
    is_worked: bool = False
    completes_year: bool = False
    name: Names = Field(default_factory=dict)


class DaysOff(_Table):
    """Days off and moved weekends that the city adds to the country's."""

    name = "days_off"
    schema = StatedDayOff
    model = DayOff
    fields = ("country", "first", "last", "is_worked", "completes_year", "name")

    def check(self, said: dict[str, Any], spot: Spot) -> Iterator[Mistake]:
        """A range goes forward, and is no more than a month long."""
        yield from _check_country(said, spot)
        days = (date.fromisoformat(said["last"]) - date.fromisoformat(said["first"])).days
        if not 0 <= days <= 31:
            yield spot.mistake("the last day is at most a month after the first", "last")

    def said_of(self, row: DayOff) -> dict[str, Any]:
        """A row as a blueprint would state it."""
        said = {name: row.__dict__[name] for name in self.fields}
        ends = {"first": row.first.isoformat(), "last": row.last.isoformat()}
        return said | ends | {"name": dict(row.name)}


class StatedRetention(Stated):
    """How long a record class is kept from a day on, and by which rule."""

    record_class: str
    days: Annotated[int, Field(ge=0, le=36_525)]
    since: date
    source: Names = Field(default_factory=dict)


class Retention(_Table):
    """How long things are kept, where the city says another time than the program."""

    name = "retention"
    schema = StatedRetention
    model = Keeping
    fields = ("record_class", "days", "since", "source")

    def check(self, said: dict[str, Any], spot: Spot) -> Iterator[Mistake]:
        """Only what is tidied can be given a time."""
        swept = {one.name for one in personal_data.registered() if one.sweep is not None}
        if said["record_class"] not in swept:
            yield spot.mistake(
                f"{said['record_class']!r} is no record class with a time of its own; "
                f"those are {', '.join(sorted(swept))}",
                "record_class",
            )

    def check_all(
        self, items: Mapping[str, dict[str, Any]], spots: Mapping[str, Spot]
    ) -> Iterator[Mistake]:
        """A record class has one time from a day on, in the file and beside it; one query."""
        rows = Keeping.objects.filter(ended_at=None).exclude(key__in=items)
        held = {(r.record_class, r.since.isoformat()): r.key for r in rows}
        for key, said in items.items():
            other = held.setdefault((said["record_class"], said["since"]), key)
            if other != key:
                yield spots[key].mistake(
                    f"{other!r} states a time of {said['record_class']!r} from this day already",
                    "since",
                )

    def said_of(self, row: Keeping) -> dict[str, Any]:
        """A row as a blueprint would state it."""
        said = {name: row.__dict__[name] for name in self.fields}
        return {**said, "since": row.since.isoformat(), "source": dict(row.source)}


def _check_country(said: dict[str, Any], spot: Spot) -> Iterator[Mistake]:
    if said["country"] not in DECREED:
        known = ", ".join(DECREED)
        yield spot.mistake(
            f"the working days of {said['country']!r} are not known; there are {known}", "country"
        )
