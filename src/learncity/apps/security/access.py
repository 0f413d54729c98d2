"""Whether a second factor is to be shown, and who looks as whom."""

from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest

from learncity.apps.roles.access import actor_of
from learncity.apps.roles.types import Actor
from learncity.kernel.access import View

from .types import Visit

# What a session holds of it: when a factor was shown, and whether there is one to ask for.
SHOWN, HAS = "factor_at", "has_factor"

# How lately a factor must have been shown before support looks as somebody.
NOW = timedelta(minutes=15)


def is_required(actor: Actor) -> bool:
    """Whether the city wants a second factor of somebody with these roles.

    Unless the setting says otherwise: of operators, except in a demo.
    """
    wanted = settings.SECOND_FACTOR or ("off" if settings.DEMO else "operators")
    if wanted == "staff":
        return bool(actor.held)
    return wanted == "operators" and actor.has_office


def is_fresh(request: HttpRequest, at: datetime) -> bool:
    """Whether this session has shown a second factor lately."""
    age = at.timestamp() - float(request.session.get(SHOWN, 0))
    return 0 <= age < settings.SECOND_FACTOR_HOURS * 3600


def needs_step(request: HttpRequest, at: datetime) -> bool:
    """Whether a second factor is to be shown before a desk opens.

    Asked of whom the city requires it, and of whoever has set one up.
    """
    if is_fresh(request, at):
        return False
    return bool(request.session.get(HAS)) or is_required(actor_of(request))


def needs_confirming(request: HttpRequest, at: datetime) -> bool:
    """Whether a second factor is to be shown before one's own security changes: if there is one."""
    return bool(request.session.get(HAS)) and not is_fresh(request, at)


def needs_step_now(request: HttpRequest, at: datetime) -> bool:
    """Whether a second factor is to be shown before looking as somebody: within minutes, not hours.

    Asked of the same people as before a desk.
    """
    age = at.timestamp() - float(request.session.get(SHOWN, 0))
    if 0 <= age < NOW.total_seconds():
        return False
    return bool(request.session.get(HAS)) or is_required(actor_of(request))


def lately(view: View) -> View:
    """Ask for a second factor that was shown within minutes."""
    view.step = needs_step_now  # type: ignore[attr-defined]
    return view


def stepped_up(view: View) -> View:
    """Ask for a second factor before this view, as before a desk."""
    view.step = needs_step  # type: ignore[attr-defined]
    return view


def confirmed(view: View) -> View:
    """Ask for a second factor before this view, of whoever has one."""
    view.step = needs_confirming  # type: ignore[attr-defined]
    return view


def visit_of(request: HttpRequest) -> Visit | None:
    """The visit in which a request is made, set by the middleware, or ``None``."""
    return getattr(request, "_learncity_visit", None)


def begin_looking(request: HttpRequest, visit: Visit) -> None:
    """Let the rest of the request be the visited person's."""
    request._learncity_visit = visit  # type: ignore[attr-defined]
