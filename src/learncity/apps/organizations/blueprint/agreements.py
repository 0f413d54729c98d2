"""Agreements: parties, what each promised and what was done when the file was written."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.utils import timezone
from pydantic import Field, model_validator

from learncity.apps.organizations.models import Agreement, Deed, Organization, Party, Promise
from learncity.apps.organizations.types import Unit
from learncity.kernel.blueprint_files import Mistake, Spot
from learncity.kernel.blueprints import Key, Names, Ref, Section, Stated, Value
from learncity.kernel.dated import day_of


class StatedDeed(Value):
    """Something that was done for a promise, and how one can see it."""

    day: date
    amount: Annotated[int, Field(ge=1)] | None = None
    evidence: Annotated[str, Field(min_length=1, max_length=1000)]
    link: Annotated[str, Field(max_length=500, pattern=r"^(https?://\S+)?$")] = ""


class StatedPromise(Value):
    """What one party promised; counted in a unit, money in its smallest one."""

    number: Annotated[int, Field(ge=1, le=1000)]
    by: Annotated[Key, Ref("organizations")]
    text: Names
    amount: Annotated[int, Field(ge=1)] | None = None
    unit: Unit | None = None
    due: date | None = None
    done: list[StatedDeed] = Field(default_factory=list)

    @model_validator(mode="after")
    def _whole(self) -> "StatedPromise":
        if (self.amount is None) != (self.unit is None):
            raise ValueError("an amount and its unit belong together")
        if any((deed.amount is None) != (self.amount is None) for deed in self.done):
            raise ValueError("what is promised in numbers is done in numbers")
        return self


class StatedAgreement(Stated):
    """What organizations agreed on; `until` is the first day on which it no longer holds.

    What was done is noted at the desk as well; a file takes back only what it stated itself.
    """

    subject: Names
    parties: list[Annotated[Key, Ref("organizations")]]
    since: date
    until: date | None = None
    promises: list[StatedPromise] = Field(default_factory=list)

    @model_validator(mode="after")
    def _in_order(self) -> "StatedAgreement":
        if self.until is not None and self.until <= self.since:
            raise ValueError("the agreement ends before it begins")
        return self


class Agreements(Section):
    """The agreements."""

    name = "agreements"
    schema = StatedAgreement

    def normal(self, said: dict[str, Any]) -> dict[str, Any]:
        """The order of parties, promises and deeds means nothing."""
        promises = [
            {**p, "done": sorted(p["done"], key=lambda d: (d["day"], d["evidence"]))}
            for p in sorted(said["promises"], key=lambda p: p["number"])
        ]
        return {**said, "parties": sorted(said["parties"]), "promises": promises}

    def check(self, said: dict[str, Any], spot: Spot) -> Iterator[Mistake]:
        """Two parties; only they promise; a number is used once; what was done is past."""
        if len(set(said["parties"])) < 2:
            yield spot.mistake("an agreement has at least two parties", "parties")
        numbers = [p["number"] for p in said["promises"]]
        if len(set(numbers)) < len(numbers):
            yield spot.mistake("two promises have the same number", "promises")
        for p in said["promises"]:
            if p["by"] not in said["parties"]:
                yield spot.mistake(f"{p['by']!r} is no party of the agreement", "promises")

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """These agreements as a blueprint would state them; four queries."""
        found = list(Agreement.objects.filter(key__in=keys))
        ids = [a.id for a in found]
        parties: dict[UUID, list[str]] = {}
        bound = Party.objects.filter(agreement_id__in=ids, ended_at=None)
        for pk, key in bound.order_by("organization__key").values_list(
            "agreement_id", "organization__key"
        ):
            parties.setdefault(pk, []).append(key)
        rows = Promise.objects.filter(agreement_id__in=ids, ended_at=None)
        promised = list(rows.select_related("party__organization").order_by("number"))
        deeds = self._deeds([p.id for p in promised])
        promises: dict[UUID, list[dict[str, Any]]] = {}
        for p in promised:
            said = {
                "number": p.number,
                "by": p.party.organization.key,
                "text": dict(p.text),
                "amount": p.amount,
                "unit": p.unit or None,
                "due": p.due.isoformat() if p.due else None,
                "done": [_stated(deed) for deed in deeds.get(p.id, [])],
            }
            promises.setdefault(p.agreement_id, []).append(said)
        return {
            a.key: {
                "subject": dict(a.subject),
                "parties": parties.get(a.id, []),
                "since": a.since.isoformat(),
                "until": a.until.isoformat() if a.until else None,
                "promises": promises.get(a.id, []),
            }
            for a in found
            if parties.get(a.id)
        }

    @staticmethod
    def _deeds(promise_ids: Collection[UUID]) -> dict[UUID, list[Deed]]:
        found: dict[UUID, list[Deed]] = {}
        rows = Deed.objects.filter(promise_id__in=promise_ids, is_stated=True, taken_back_at=None)
        for deed in rows.order_by("on", "id"):
            found.setdefault(deed.promise_id, []).append(deed)
        return found

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist."""
        return set(Agreement.objects.filter(key__in=keys).values_list("key", flat=True))

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Make or change agreements, their parties, promises and deeds."""
        known = {a.key: a for a in Agreement.objects.filter(key__in=[k for k, _ in items])}
        for key, said in items:
            a = known.setdefault(key, Agreement(key=key))
            a.subject, a.since = said["subject"], date.fromisoformat(said["since"])
            a.until = date.fromisoformat(said["until"]) if said["until"] else None
        Agreement.objects.bulk_create(
            [known[key] for key, _ in items],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["subject", "since", "until"],
        )
        parties = self._write_parties([(known[key], said["parties"]) for key, said in items])
        promises = self._write_promises(
            [(known[key], said["promises"]) for key, said in items], parties
        )
        self._write_deeds(
            [
                (promises[known[key].id, p["number"]], p["done"])
                for key, said in items
                for p in said["promises"]
            ]
        )

    def _write_parties(
        self, items: Sequence[tuple[Agreement, list[str]]]
    ) -> Mapping[tuple[UUID, str], Party]:
        wanted = {key for _, keys in items for key in keys}
        ids = dict(Organization.objects.filter(key__in=wanted).values_list("key", "id"))
        rows = Party.objects.filter(agreement__in=[a for a, _ in items])
        have = {
            (p.agreement_id, p.organization.key): p for p in rows.select_related("organization")
        }
        stated = {(a.id, key) for a, keys in items for key in keys}
        for pk, key in sorted(stated - have.keys(), key=str):
            have[pk, key] = Party(agreement_id=pk, organization_id=ids[key])
        at = timezone.now()
        for pair, party in have.items():
            party.ended_at = None if pair in stated else party.ended_at or at
        Party.objects.bulk_create(
            have.values(),
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["ended_at"],
        )
        return have

    def _write_promises(
        self,
        items: Sequence[tuple[Agreement, list[dict[str, Any]]]],
        parties: Mapping[tuple[UUID, str], Party],
    ) -> Mapping[tuple[UUID, int], Promise]:
        rows = Promise.objects.filter(agreement__in=[a for a, _ in items])
        have = {(p.agreement_id, p.number): p for p in rows}
        stated = {(a.id, said["number"]): said for a, written in items for said in written}
        at = timezone.now()
        for pair, said in stated.items():
            p = have.setdefault(pair, Promise(agreement_id=pair[0], number=pair[1]))
            p.party, p.text = parties[pair[0], said["by"]], said["text"]
            p.amount, p.unit = said["amount"], said["unit"] or ""
            p.due = date.fromisoformat(said["due"]) if said["due"] else None
        for pair, p in have.items():
            p.ended_at = None if pair in stated else p.ended_at or at
        Promise.objects.bulk_create(
            have.values(),
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["party", "text", "amount", "unit", "due", "ended_at"],
        )
        return have

    def _write_deeds(self, items: Sequence[tuple[Promise, list[dict[str, Any]]]]) -> None:
        have = self._deeds([p.id for p, _ in items])
        new, gone, at = [], [], timezone.now()
        for p, stated in items:
            left = list(stated)
            for deed in have.get(p.id, []):
                said = _stated(deed)
                if said in left:
                    left.remove(said)
                else:
                    gone.append(deed.id)
            new += [
                Deed(
                    promise=p,
                    is_stated=True,
                    on=date.fromisoformat(said["day"]),
                    amount=said["amount"],
                    evidence=said["evidence"],
                    link=said["link"],
                    noted_at=at,
                )
                for said in left
            ]
        Deed.objects.filter(pk__in=gone).update(taken_back_at=at)
        Deed.objects.bulk_create(new)

    def end(self, keys: Collection[str]) -> None:
        """The agreements hold no longer; what was promised and done stays."""
        today = day_of(timezone.now())
        rows = Agreement.objects.filter(key__in=keys)
        rows.filter(since__lt=today).exclude(until__lte=today).update(until=today)


def _stated(deed: Deed) -> dict[str, Any]:
    return {
        "day": deed.on.isoformat(),
        "amount": deed.amount,
        "evidence": deed.evidence,
        "link": deed.link,
    }
