"""Whose wishes a request is about, and what counts as a browser."""

import re

from django.http import HttpRequest

from learncity.apps.security.access import visit_of
from learncity.kernel.http import address_of

# What says of itself that nobody reads it, and what only asks in advance.
_ROBOTS = re.compile(
    "bot|crawl|spider|slurp|preview|monitor|headless|python|curl|wget|scan", re.IGNORECASE
)


def browser_of(request: HttpRequest) -> str | None:
    """What tells one browser from another today, for ``services.note_zero_result``.

    ``None`` for programs, for pages asked for in advance and for support that looks as somebody.
    Two people behind one address with the same browser are one: it counts too little, never too
    much. It is never kept.
    """
    headers = request.headers
    agent, languages = headers.get("user-agent", ""), headers.get("accept-language", "")
    in_advance = "prefetch" in headers.get("sec-purpose", headers.get("purpose", ""))
    is_browser = agent.startswith("Mozilla/") and languages and not _ROBOTS.search(agent)
    if request.method != "GET" or in_advance or not is_browser or visit_of(request):
        return None
    return f"{address_of(request)}\n{agent}\n{languages}"
