"""What a batch of rows names, looked up once a kind, and what is wrong with a name."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.apps.catalogue import queries as catalogue
from learncity.apps.catalogue.types import Payer
from learncity.apps.classes.models import CourseClass, Session, Term
from learncity.apps.classes.stated import Stated
from learncity.apps.classes.types import Mode
from learncity.apps.organizations import queries as organizations
from learncity.apps.people import queries as people
from learncity.kernel.csv_cells import Cells, some
from learncity.kernel.csv_files import near

_NO_VENUES = gettext_lazy("add it to the city's file, or import again with --create-venues")


@dataclass
class Candidate:
    """One row on its way: what it makes of a class, and the class that is there already."""

    cells: Cells
    key: str
    stated: Stated
    existing: CourseClass | None
    before: Stated
    # Numbers of meetings whose room another class has.
    without_room: frozenset[int] = frozenset()

    @property
    def is_same(self) -> bool:
        """Whether writing it would change nothing."""
        return self.existing is not None and self.stated == self.before

    @property
    def is_replanned(self) -> bool:
        """Whether the meetings have to be made anew."""
        reopened = self.before.is_cancelled and not self.stated.is_cancelled
        return self.stated.timetable != self.before.timetable or reopened


class Known:
    """Everything that the rows of a batch name; one query a kind."""

    def __init__(self, candidates: Collection[Candidate]) -> None:
        self._candidates = candidates
        ids = catalogue.ids_by_key(self._named("course"))
        self.courses = {c.key: c for c in catalogue.courses(ids.values()).values()}
        self.organizations = {o.key: o for o in organizations.all_organizations()}
        self.terms = dict(Term.objects.filter(ended_at=None).values_list("key", "id"))
        self.people = people.ids_by_key(self._named("instructor"))
        self._taught: set[UUID] | None = None
        self.look_up_venues()

    def look_up_venues(self) -> None:
        """Venues and rooms as they are now; asked again when some were made."""
        self.venues = {v.key: v for v in organizations.all_venues()}
        named = {f"{c.stated.venue}/{c.stated.room}" for c in self._candidates if c.stated.room}
        self._rooms = organizations.room_ids(named)
        self._rooms_of: dict[str, list[str]] = {}

    def room(self, stated: Stated) -> UUID | None:
        """The room of a class."""
        return self._rooms.get(f"{stated.venue}/{stated.room}") if stated.room else None

    def place_of(self, stated: Stated) -> UUID | None:
        """The region in which a class meets: that of its site, or of who runs it."""
        venue = self.venues.get(stated.venue)
        if venue is not None:
            return venue.place_id
        owner = self.organizations.get(stated.provider)
        return owner.place_id if owner else None

    def complete(self, candidate: Candidate) -> None:
        """Fill in what follows from the course, and say which names mean nothing."""
        cells = candidate.cells
        mode = Mode.BLENDED if candidate.stated.online_meetings else Mode.IN_PERSON
        candidate.stated = replace(candidate.stated, mode=candidate.stated.mode or mode)
        stated = candidate.stated
        course = self.courses.get(stated.course)
        if course is None:
            if stated.course:
                cells.wrong(
                    "course",
                    _("no course of this key is published; import it, or wait for its review"),
                )
            return
        taught = course.taught_in[0] if course.taught_in else ""
        price = course.pays.get(Payer.LEARNER, 0)
        if candidate.existing is None and price and not cells.has("fee_minor"):
            # Nobody said that it is free.
            stated = replace(stated, fee_minor=price, fee_currency=course.currency)
        candidate.stated = replace(
            stated,
            provider=stated.provider or course.provider_key,
            language=stated.language or taught,
        )
        if candidate.stated.provider not in self.organizations:
            hint = near(stated.provider, self.organizations)
            cells.wrong(
                "provider",
                _("there is no organization of this key%(hint)s; correct it") % {"hint": hint},
            )
        if stated.term and stated.term not in self.terms:
            hint = near(stated.term, self.terms)
            cells.wrong(
                "term",
                _("there is no term of this key%(hint)s; add it to the city's file or correct it")
                % {"hint": hint},
            )
        if stated.instructor and stated.instructor not in self.people:
            cells.wrong(
                "instructor",
                _("there is nobody of this key in the city's file; correct it or empty the cell"),
            )

    def check_place(self, candidate: Candidate) -> None:
        """Say what is wrong with venue, room, link and mode."""
        stated, cells = candidate.stated, candidate.cells
        if stated.mode == Mode.ONLINE:
            for column in ("venue", "room"):
                if getattr(stated, column):
                    cells.wrong(column, _("an online class is in no room; empty the cell"))
        elif not stated.venue:
            cells.wrong("venue", _("write where the class meets, or ONLINE in the column mode"))
        else:
            self._check_room(candidate)
        if stated.mode != Mode.IN_PERSON and not stated.link:
            cells.wrong("link", _("write the address of the online meetings; members will see it"))
        self._check_meetings(candidate)

    def _check_room(self, candidate: Candidate) -> None:
        stated, cells = candidate.stated, candidate.cells
        if stated.venue not in self.venues:
            hint = near(stated.venue, self.venues)
            cells.wrong(
                "venue",
                _("there is no venue of this key%(hint)s; %(what)s")
                % {"hint": hint, "what": _NO_VENUES},
            )
        elif stated.room and self.room(stated) is None:
            rooms = self._room_keys(stated.venue)
            has = (
                _("; %(venue)s has %(rooms)s") % {"venue": stated.venue, "rooms": some(rooms)}
                if rooms
                else ""
            )
            hint = near(stated.room, rooms) or has
            cells.wrong(
                "room",
                _("there is no room of this key%(hint)s; %(what)s")
                % {"hint": hint, "what": _NO_VENUES},
            )

    def _room_keys(self, venue_key: str) -> list[str]:
        """The rooms a venue has; asked once a venue, and only for a hint."""
        if venue_key not in self._rooms_of:
            venue = organizations.find_venue(venue_key)
            self._rooms_of[venue_key] = [room.key for room in venue.rooms] if venue else []
        return self._rooms_of[venue_key]

    @staticmethod
    def _check_meetings(candidate: Candidate) -> None:
        stated, cells = candidate.stated, candidate.cells
        if stated.mode == Mode.BLENDED and not stated.online_meetings:
            cells.wrong("online_meetings", _("write which meetings are online, such as 3|6"))
        if stated.mode != Mode.BLENDED and stated.online_meetings:
            cells.wrong("mode", _("write BLENDED, or empty the column online_meetings"))
        last = stated.times * len(stated.slots)
        if any(not 1 <= n <= last for n in stated.online_meetings):
            cells.wrong(
                "online_meetings",
                _("the meetings are numbered from 1 to %(last)s") % {"last": last},
            )

    def check_people(self, candidate: Candidate) -> None:
        """Say when people hold more places than the file leaves."""
        existing, stated, cells = candidate.existing, candidate.stated, candidate.cells
        if existing is None:
            return
        seats, waiting = existing.seats_taken, existing.waiting_taken
        if stated.seats < seats:
            cells.wrong("seats", _("%(n)s people hold a seat; write %(n)s or more") % {"n": seats})
        if stated.waiting < waiting:
            cells.wrong("waiting", _("%(n)s people wait; write %(n)s or more") % {"n": waiting})

    def _teaches(self, key: str, allowed: Collection[UUID]) -> bool:
        if self._taught is None:
            rows = Session.objects.filter(
                instructor_id__in=self.people.values(), course_class__provider_id__in=allowed
            )
            self._taught = set(rows.values_list("instructor_id", flat=True).distinct())
        return self.people.get(key) in self._taught

    def check_owner(self, candidate: Candidate, allowed: Collection[UUID]) -> None:
        """Say what belongs to another organization than these: class, course, or venue."""
        existing, stated, cells = candidate.existing, candidate.stated, candidate.cells
        is_own = existing is not None and existing.provider_id in allowed
        if existing is not None and not is_own:
            cells.wrong("key", _("a class of another organization has this key; choose another"))
        owner = self.organizations.get(stated.provider)
        if owner is not None and owner.id not in allowed:
            cells.wrong("provider", _("this list may hold classes of its own organization only"))
        course = self.courses.get(stated.course)
        # Where a class is already it may stay: the office put it there.
        is_of_it = is_own and stated.course == candidate.before.course
        if course is not None and not is_of_it and course.provider_id not in allowed:
            cells.wrong("course", _("this course is of another organization"))
        venue = self.venues.get(stated.venue)
        is_there = is_own and stated.venue == candidate.before.venue
        if venue is not None and not is_there and venue.organization.id not in allowed:
            cells.wrong("venue", _("this venue is of another organization; ask the city's office"))
        named = stated.instructor
        if named and named != candidate.before.instructor and not self._teaches(named, allowed):
            # Nobody is booked, and named to the public, by an organization they never taught for.
            cells.wrong(
                "instructor", _("nobody of this key has taught here; ask the city's office")
            )

    def _named(self, field: str) -> set[str]:
        return set(_filled(getattr(c.stated, field) for c in self._candidates))


def _filled(words: Iterable[str]) -> Iterable[str]:
    return (word for word in words if word)
