"""Strangers with a code: whether it is valid now, and for what."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from learncity.apps.assertions import queries
from learncity.apps.assertions.access import may_verify
from learncity.apps.assertions.types import CodeState, Verified
from learncity.kernel import formats
from learncity.kernel.access import everyone
from learncity.kernel.dated import day_of
from learncity.kernel.templatetags.kernel import words as marked
from learncity.web.acts import last_day
from learncity.web.dated_words import days_words

_SAYS = {
    CodeState.EXPIRED: gettext_lazy("The code has expired. Ask its owner for a new one."),
    CodeState.WITHDRAWN: gettext_lazy("What it stood for was withdrawn."),
    CodeState.NOT_NOW: gettext_lazy("What it stands for does not hold today."),
}


@everyone
@never_cache
def verify(request: HttpRequest, code: str = "") -> HttpResponse:
    """Whether a code is valid now, and for what: no more than needed."""
    if not code and request.GET.get("code"):
        return redirect("web:verify_code", request.GET["code"].strip().upper()[:12])
    seen: dict[str, Any] = {"code": code}
    status = 200
    if code:
        if not may_verify(request):
            return _unlisted(render(request, "429.html", status=429))
        found = queries.find_verified(code.upper(), on=day_of(timezone.now()))
        status = 200 if found else 404
        seen["found"] = found
        if found and found.state == CodeState.VALID:
            seen["rows"] = _verified_rows(found)
        elif found:
            seen["why"] = _SAYS[found.state]
    return _unlisted(render(request, "web/verify.html", seen, status=status))


def _verified_rows(found: Verified) -> list[dict[str, Any]]:
    assert found.organization is not None
    assert found.code_until is not None
    works = formats.day(last_day(found.code_until), "long")
    rows: list[dict[str, Any]] = [
        {"label": _("Statement"), "value": queries.key_named(found.key).label},
        {"label": _("Says who"), "value": marked(found.organization.name)},
        {"label": _("Of whom"), "value": found.name,
         "note": _("The name is part-masked. Compare it with who shows you the code.")},
        {"label": _("Holds"), "value": days_words(found.since, found.until)},
        {"label": _("Code works until"), "value": works},
    ]  # fmt: skip
    return [row for row in rows if row["value"]]


def _unlisted(response: HttpResponse) -> HttpResponse:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
