"""Calendars to subscribe to: of a class, of a place to learn, and one's own under a secret address.

The secret is in the address because calendar programs send nothing else. So it is in no page but
the one that shows it once, in no log (``kernel.logs`` writes the pattern of an address), and never
in a Referer.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from learncity.apps.classes import queries as classes
from learncity.apps.classes import services
from learncity.apps.organizations import queries as organizations
from learncity.apps.people import queries as people
from learncity.apps.people.access import account
from learncity.kernel import formats
from learncity.kernel.access import everyone, signed_in
from learncity.kernel.texts import LANGUAGES, django_language
from learncity.kernel.turns import Turns, stranger
from learncity.web.pagecache import for_strangers

from .icalendar import answer

# Programs ask every few minutes at the most, for each calendar; a guesser has one address.
ASKED = Turns(burst=30, rate=1 / 30)
GUESSED = Turns(burst=20, rate=1 / 60)
# How far back a calendar goes.
_BACK = timedelta(days=60)


def _language(request: HttpRequest) -> str:
    """The language that the address asks for: programs send no cookie."""
    wanted = request.GET.get("lang", "")
    return django_language(wanted) if wanted in LANGUAGES else get_language() or ""


@everyone
@require_safe
@for_strangers(seconds=60)
def class_calendar(request: HttpRequest, class_key: str) -> HttpResponse:
    """All meetings of a class."""
    entries = classes.meetings_of_class(class_key)
    if not entries:
        raise Http404
    with override(_language(request)):
        return answer(str(entries[0].title), entries, file=class_key)


@everyone
@require_safe
@for_strangers(seconds=60)
def venue_calendar(request: HttpRequest, key: str) -> HttpResponse:
    """What is on at a place to learn."""
    found = organizations.find_venue(key)
    if found is None:
        raise Http404
    entries = classes.meetings_at(found.id, since=timezone.now() - _BACK)
    with override(_language(request)):
        return answer(str(found.name), entries, file=key)


@everyone
@require_safe
def own_calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """The meetings of whoever made this address, with the links of those online."""
    person_id, asker = classes.person_of_calendar(secret), stranger(request)
    if person_id is None:
        if asker and not GUESSED.take(asker):
            return _wait(GUESSED)
        raise Http404
    if not ASKED.take(f"person {person_id}"):
        return _wait(ASKED)
    person = people.persons([person_id])[person_id]
    entries = classes.meetings_of_person(person_id, since=timezone.now() - _BACK)
    with override(django_language(person.language)):
        response = answer(_("My classes"), entries, file="learncity")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _wait(turns: Turns) -> HttpResponse:
    headers = {"Retry-After": str(round(turns.wait())), "Cache-Control": "private, no-store"}
    return HttpResponse(status=429, content_type="text/plain", headers=headers)


@signed_in
@never_cache
def my_calendar(request: HttpRequest) -> HttpResponse:
    """Whether one's classes go into one's own calendar program, and how."""
    since = classes.calendar_since(account(request).person_id)
    context = {"since": formats.day(since, "long") if since else ""}
    return render(request, "web/my_calendar.html", context)


@signed_in
@require_POST
@never_cache
def make_calendar(request: HttpRequest) -> HttpResponse:
    """Make the address, or another in its place, and show it this once."""
    person_id = account(request).person_id
    secret = services.make_calendar_address(person_id=person_id, at=timezone.now())
    address = settings.BASE_URL + reverse("web:own_calendar", args=[secret])
    context: dict[str, Any] = {
        "address": address,
        "subscribe": "webcal" + address[address.index("://") :],
    }
    response = render(request, "web/my_calendar_address.html", context)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@signed_in
@require_POST
def drop_calendar(request: HttpRequest) -> HttpResponse:
    """Take the address back: at once it leads nowhere."""
    services.drop_calendar_address(person_id=account(request).person_id)
    return redirect("web:my_calendar")
