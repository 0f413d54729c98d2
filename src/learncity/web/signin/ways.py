"""Signing in elsewhere, and linking it: a link is made only where both were seen in one browser.

Nothing another provider says of an address is believed: a stranger from there first shows their
phone number or e-mail address by a code, as everybody does, and then says whether to link the two.
"""

import hmac
from dataclasses import asdict
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from learncity.apps.people import queries as people
from learncity.apps.people.access import account
from learncity.apps.security import queries, services
from learncity.apps.security.access import confirmed
from learncity.apps.security.types import Attempt, Known, Provider, Way, WayFailed
from learncity.kernel.access import everyone, signed_in
from learncity.kernel.errors import DomainError

from .begun import begun
from .targets import safe, safe_next

# What the session holds: an attempt on its way, and somebody known elsewhere who is not linked yet.
_AWAY, _PENDING = "elsewhere", "pending_link"
_LASTS = 15 * 60


def offered(request: HttpRequest, target: str = "") -> list[dict[str, str]]:
    """Name and address of each way that works in this browser."""
    query = f"?{urlencode({'next': target})}" if target else ""
    return [
        {
            "name": way.name,
            "way": way.way,
            "url": reverse("web:leave", args=[way.way.lower()]) + query,
        }
        for way in _ways(request)
    ]


def _ways(request: HttpRequest) -> list[Provider]:
    return queries.ways(user_agent=request.headers.get("user-agent", ""))


def _provider(request: HttpRequest, way: str) -> Provider:
    for found in _ways(request):
        if found.way.lower() == way:
            return found
    raise Http404


def _back(way: str) -> str:
    return settings.BASE_URL + reverse("web:come_back", args=[way])


@everyone
@never_cache
def leave(request: HttpRequest, way: str) -> HttpResponse:
    """Send the browser to the provider."""
    provider, attempt = _provider(request, way), Attempt.new()
    try:
        page = provider.leave(back=_back(way), attempt=attempt)
    except WayFailed:
        return _failed(request)
    at = timezone.now().timestamp()
    target = safe_next(request)
    request.session[_AWAY] = {**asdict(attempt), "way": way, "at": at, "next": target}
    return redirect(page)


@everyone
@never_cache
def come_back(request: HttpRequest, way: str) -> HttpResponse:
    """Take what the provider says; open the linked account, or ask who it is here."""
    provider, away = _provider(request, way), request.session.pop(_AWAY, None)
    code = request.GET.get("code", "")
    if not code or len(code) > 4000 or not _is_ours(request, away, way):
        return _failed(request)
    attempt = Attempt(away["state"], away["verifier"], away["nonce"])
    try:
        known = provider.come_back(code=code, back=_back(way), attempt=attempt)
    except WayFailed:
        return _failed(request)
    account_id = None if request.user.is_authenticated else queries.account_linked(known)
    found = people.account_of_id(account_id) if account_id else None
    if found is None:
        at = timezone.now().timestamp()
        pending = {"way": known.way, "subject": known.subject, "name": provider.name, "at": at}
        request.session[_PENDING] = pending
        query = urlencode({"next": away["next"]} if away["next"] else {})
        page = reverse("web:link" if request.user.is_authenticated else "web:sign_in")
        return redirect(f"{page}?{query}" if query else page)
    get_adapter().login(request, found)
    begun(request, found.pk)
    return redirect(safe(away["next"], reverse("web:me")))


def _is_ours(request: HttpRequest, away: dict[str, Any] | None, way: str) -> bool:
    """Whether this browser left for this provider lately, and comes back from that."""
    if not away or away["way"] != way or timezone.now().timestamp() - away["at"] > _LASTS:
        return False
    said = request.GET.get("state", "")
    return hmac.compare_digest(said.encode(), away["state"].encode())


def _failed(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(reverse("web:security") + "?elsewhere=failed")
    return redirect(reverse("web:sign_in") + "?elsewhere=failed")


def _pending(request: HttpRequest) -> dict[str, Any] | None:
    found: dict[str, Any] | None = request.session.get(_PENDING)
    if found is None or timezone.now().timestamp() - found["at"] > _LASTS:
        return None
    return found


def pending_name(request: HttpRequest) -> str:
    """The provider that somebody came from who is not linked yet, or nothing."""
    found = _pending(request) if settings.SESSION_COOKIE_NAME in request.COOKIES else None
    return found["name"] if found else ""


def redirect_to_link(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Where somebody goes who has signed in: by way of the question, if it is to be asked."""
    if _pending(request) is None:
        return response
    target = safe(response.headers.get("Location", ""))
    query = urlencode({"next": target}) if target else ""
    return redirect(f"{reverse('web:link')}?{query}")


@signed_in
@confirmed
@never_cache
def link(request: HttpRequest) -> HttpResponse:
    """Ask whether the account elsewhere shall open this one, and do as is said."""
    target, pending = safe_next(request, reverse("web:security")), _pending(request)
    if pending is None:
        return redirect(target)
    refusal = None
    if request.method == "POST":
        if request.POST.get("answer") == "yes":
            known = Known(Way(pending["way"]), pending["subject"])
            try:
                services.link(
                    account_id=account(request).pk,
                    known=known,
                    way_name=pending["name"],
                    at=timezone.now(),
                )
            except DomainError as error:
                refusal = error.says
        request.session.pop(_PENDING, None)
        if refusal is None:
            return redirect(target)
    seen = {"name": pending["name"], "next": target, "refusal": refusal}
    return render(request, "web/link.html", seen, status=422 if refusal else 200)
