"""Committees: terms of office and who is in them today."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Annotated, Any
from uuid import UUID

from django.utils import timezone
from pydantic import Field, model_validator

from learncity.apps.organizations.models import Committee, Member, Organization, TermOfOffice
from learncity.apps.organizations.types import Post
from learncity.apps.people import queries as people
from learncity.kernel.blueprint_files import Mistake, Spot
from learncity.kernel.blueprints import Key, Names, Ref, Section, Stated, Value
from learncity.kernel.dated import day_of


class StatedTermOfOffice(Value):
    """For how long a committee is elected; `until` is the day by which the next one is."""

    since: date
    until: date

    @model_validator(mode="after")
    def _in_order(self) -> "StatedTermOfOffice":
        if self.until <= self.since:
            raise ValueError("the term ends before it begins")
        return self


class StatedMember(Value):
    """Somebody who is in a committee now: one of the people, or a name alone."""

    person: Annotated[Key, Ref("people")] | None = None
    name: Annotated[str, Field(max_length=120)] = ""
    post: Post
    since: date

    @model_validator(mode="after")
    def _somebody(self) -> "StatedMember":
        if bool(self.name) == bool(self.person):
            raise ValueError("a member is one of the people or a name")
        return self


class StatedCommittee(Stated):
    """A board or committee of an organization. A member who leaves the file has left."""

    organization: Annotated[Key, Ref("organizations")]
    name: Names
    public: bool = True
    terms: list[StatedTermOfOffice] = Field(default_factory=list)
    members: list[StatedMember] = Field(default_factory=list)


class Committees(Section):
    """The boards and committees."""

    name = "committees"
    schema = StatedCommittee

    def normal(self, said: dict[str, Any]) -> dict[str, Any]:
        """The order of terms and members means nothing."""
        by_name = sorted(
            said["members"], key=lambda m: (m["person"] or "", m["name"], m["since"], m["post"])
        )
        terms = sorted(said["terms"], key=lambda term: term["since"])
        return {**said, "members": by_name, "terms": terms}

    def check(self, said: dict[str, Any], spot: Spot) -> Iterator[Mistake]:
        """One chair at a time, nobody twice, no two terms at a time."""
        if sum(member["post"] == Post.CHAIR for member in said["members"]) > 1:
            yield spot.mistake("a committee has one chair at a time", "members")
        persons = [member["person"] for member in said["members"] if member["person"]]
        for person in sorted({p for p in persons if persons.count(p) > 1}):
            yield spot.mistake(f"{person!r} is in it twice", "members")
        terms = sorted(said["terms"], key=lambda term: term["since"])
        for before, after in pairwise(terms):
            if after["since"] < before["until"]:
                yield spot.mistake("two terms of office at a time", "terms")

    def read(self, keys: Collection[str]) -> Mapping[str, dict[str, Any]]:
        """These committees as a blueprint would state them; three queries."""
        rows = Committee.objects.filter(key__in=keys, ended_at=None)
        found = list(rows.select_related("organization"))
        ids = [c.id for c in found]
        terms: dict[UUID, list[dict[str, str]]] = {}
        for term in TermOfOffice.objects.filter(committee_id__in=ids).order_by("since"):
            said = {"since": term.since.isoformat(), "until": term.until.isoformat()}
            terms.setdefault(term.committee_id, []).append(said)
        members: dict[UUID, list[dict[str, Any]]] = {}
        for m in Member.objects.filter(committee_id__in=ids, until=None).select_related("person"):
            members.setdefault(m.committee_id, []).append(_stated(m))
        return {
            c.key: {
                "organization": c.organization.key,
                "name": dict(c.name),
                "public": c.is_public,
                "terms": terms.get(c.id, []),
                "members": members.get(c.id, []),
            }
            for c in found
        }

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that exist."""
        rows = Committee.objects.filter(key__in=keys, ended_at=None)
        return set(rows.values_list("key", flat=True))

    def write(self, items: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Make or change committees, their terms and who is in them."""
        known = {c.key: c for c in Committee.objects.filter(key__in=[k for k, _ in items])}
        wanted = {said["organization"] for _, said in items}
        owners = dict(Organization.objects.filter(key__in=wanted).values_list("key", "id"))
        for key, said in items:
            c = known.setdefault(key, Committee(key=key))
            c.organization_id, c.name = owners[said["organization"]], said["name"]
            c.is_public, c.ended_at = said["public"], None
        Committee.objects.bulk_create(
            [known[key] for key, _ in items],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["organization", "name", "is_public", "ended_at"],
        )
        self._write_terms([(known[key].id, said["terms"]) for key, said in items])
        self._write_members([(known[key].id, said["members"]) for key, said in items])

    def _write_terms(self, items: Sequence[tuple[UUID, list[dict[str, str]]]]) -> None:
        wanted = {
            (pk, date.fromisoformat(said["since"]), date.fromisoformat(said["until"]))
            for pk, stated in items
            for said in stated
        }
        rows = TermOfOffice.objects.filter(committee_id__in=[pk for pk, _ in items])
        have = {(t.committee_id, t.since, t.until): t.id for t in rows}
        # A term that was never stated so was never held: nothing rests on it.
        rows.filter(pk__in=[pk for term, pk in have.items() if term not in wanted]).delete()
        TermOfOffice.objects.bulk_create(
            TermOfOffice(committee_id=pk, since=since, until=until)
            for pk, since, until in sorted(wanted - have.keys())
        )

    def _write_members(self, items: Sequence[tuple[UUID, list[dict[str, Any]]]]) -> None:
        persons = people.ids_by_key({m["person"] for _, s in items for m in s if m["person"]})
        wanted = {
            (
                pk,
                persons[said["person"]] if said["person"] else None,
                said["name"],
                said["post"],
                date.fromisoformat(said["since"]),
            )
            for pk, stated in items
            for said in stated
        }
        rows = Member.objects.filter(committee_id__in=[pk for pk, _ in items], until=None)
        have = {(m.committee_id, m.person_id, m.name, m.post, m.since): m.id for m in rows}
        today = day_of(timezone.now())
        gone = Member.objects.filter(pk__in=[pk for m, pk in have.items() if m not in wanted])
        gone.filter(since__gte=today).delete()
        gone.update(until=today)
        Member.objects.bulk_create(
            Member(committee_id=pk, person_id=person, name=name, post=post, since=since)
            for pk, person, name, post, since in wanted - have.keys()
        )

    def end(self, keys: Collection[str]) -> None:
        """The committees are no more; who was in them stays."""
        Committee.objects.filter(key__in=keys).update(ended_at=timezone.now())


def _stated(member: Member) -> dict[str, Any]:
    return {
        "person": member.person.key if member.person else None,
        "name": member.name,
        "post": member.post,
        "since": member.since.isoformat(),
    }
