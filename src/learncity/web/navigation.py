"""What the frame of every page needs: the context processor ``page``, and all navigation."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from learncity.apps.households.access import acting_of, whose
from learncity.apps.households.types import Acting, Purpose
from learncity.apps.initiatives.types import Help
from learncity.apps.notices import queries as notices
from learncity.apps.roles.access import actor_of
from learncity.apps.roles.types import Act, Actor
from learncity.apps.security.access import visit_of
from learncity.apps.security.types import Visit

from .reader import Reader, reader_of


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the navigation."""

    label: str
    url: str
    current: bool
    count: int = 0


class Page:
    """What ``ui/base.html`` reads. Everything that asks the database is asked only when shown."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.is_demo = settings.DEMO
        self.here = request.get_full_path() if request.method == "GET" else "/"

    @cached_property
    def _reader(self) -> Reader:
        return reader_of(self._request)

    @property
    def lang(self) -> str:
        """The language of the page, as HTML names it."""
        return self._reader.lang

    @property
    def mode(self) -> str:
        """``senior``, or nothing."""
        return "senior" if self._reader.is_senior else ""

    @property
    def look(self) -> str:
        """``day``, ``night``, ``contrast``, or nothing: as the device says."""
        return self._reader.look

    @property
    def low_data(self) -> bool:
        """Whether to leave out what is not needed."""
        return self._reader.low_data

    @property
    def city(self) -> str:
        """The city's short name."""
        return str(self._reader.city_name)

    @property
    def place(self) -> Any:
        """The chosen region."""
        return self._reader.place

    @property
    def help(self) -> Help | None:
        """How to reach a person."""
        return self._reader.city.help if self._reader.city else None

    @property
    def languages(self) -> list[tuple[str, str, bool]]:
        """Code, native name and whether it is the current one."""
        active = get_language()
        return [(code, name, code == active) for code, name in settings.LANGUAGES]

    @cached_property
    def account(self) -> Any:
        """The signed-in person's account, or ``None``."""
        # A request that is refused early has not been asked who it is from.
        user = getattr(self._request, "user", None)
        return user.person if user and user.is_authenticated else None

    @property
    def acting(self) -> Acting | None:
        """For whom the reader acts, if for another: then every page says so."""
        return acting_of(self._request)

    @property
    def visit(self) -> Visit | None:
        """Support looks as the account's person, or ``None``."""
        return visit_of(self._request)

    @cached_property
    def inbox_unread(self) -> int:
        """How many messages wait to be opened."""
        if not self.account:
            return 0
        reads = whose(self._request, Purpose.MESSAGES)
        return notices.unread(reads) if reads else 0

    @cached_property
    def desk(self) -> NavItem | None:
        """Where the pages of work lead back to: the first that this reader may see, if any."""
        actor = actor_of(self._request)
        if actor.has_desk:
            return NavItem(_("Desk"), reverse("web:desk"), False)
        if actor.has_office:
            return NavItem(_("City office"), reverse("web:operate"), False)
        return None

    @cached_property
    def nav(self) -> list[NavItem]:
        """The sections this reader can use."""
        entries = [(_("Find a class"), "web:find"), (_("Places to learn"), "web:near")]
        if self.account:
            acting = self.acting
            if acting is None or Purpose.CLASSES in acting.purposes:
                entries.append((_("My classes"), "web:my_classes"))
            if acting is None:
                entries.append((_("My record"), "web:my_record"))
            # Whoever looks as somebody sees no desk: it stays shut to them.
            actor = Actor() if self.visit else actor_of(self._request)
            if actor.may(Act.SEE_FIGURES):
                name = "web:desk" if actor.has_desk else "web:desk_figures"
                entries.append((_("Desk"), name))
            if actor.has_office:
                entries.append((_("City office"), "web:operate"))
        path = self._request.path
        found = []
        for label, name in entries:
            url = reverse(name)
            is_venue = name == "web:near" and path.startswith(reverse("web:venues"))
            found.append(NavItem(label, url, is_venue or path.startswith(url)))
        return found


def page(request: HttpRequest) -> dict[str, Page]:
    """Context processor."""
    return {"page": Page(request)}
