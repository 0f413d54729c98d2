"""Standing pages, and whether the system is well."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from learncity.kernel import outbox
from learncity.kernel.access import everyone
from learncity.web.pagecache import for_strangers


@everyone
@for_strangers(seconds=60)
def help_page(request: HttpRequest) -> HttpResponse:
    """How to find, apply, wait and give back; whom to ask."""
    return render(request, "web/help.html")


@everyone
@for_strangers(seconds=60)
def accessibility(request: HttpRequest) -> HttpResponse:
    """What was done so that everybody can use the pages, and what is missing."""
    return render(request, "web/accessibility.html")


@everyone
@for_strangers(seconds=60)
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept of a person, why, and how long."""
    return render(request, "web/privacy.html")


@everyone
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """For machines: 200 when the database answers, with the outbox's backlog; one query."""
    waiting, _oldest, given_up = outbox.waiting()
    return JsonResponse({"status": "ok", "outbox_waiting": waiting, "outbox_given_up": given_up})
