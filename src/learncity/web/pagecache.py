"""Pages for people nobody knows, answered from memory for a few seconds.

A page that everyone sees alike is drawn once a few seconds and process, whatever the rush. What
makes it differ is in the key: address, language, mode, look, data, place. Whoever has a session
never meets this cache. Seats on a remembered page may be so many seconds old; applying never is.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

_COOKIES = (settings.LANGUAGE_COOKIE_NAME, "mode", "look", "data", "place")
_MOST = 400
_HEADERS = (
    "Content-Type", "Content-Encoding", "Content-Language", "Vary", "Content-Length",
    "X-Frame-Options", "Content-Disposition", "X-Robots-Tag",
)  # fmt: skip

_kept: "OrderedDict[tuple[Any, ...], tuple[float, bytes, dict[str, str]]]" = OrderedDict()
_lock = threading.Lock()


def for_strangers(seconds: int) -> Callable[[Callable[..., HttpResponse]], Any]:
    """Let a view's page be remembered so long for readers without a session."""

    def declare(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        view.remembered = seconds  # type: ignore[attr-defined]
        return view

    return declare


def forget_soon(response: HttpResponse) -> None:
    """Keep this page of a view not for a second: what it says is of now."""
    response.is_of_now = True  # type: ignore[attr-defined]


def forget() -> None:
    """Forget every page."""
    _kept.clear()


class AnonymousPages:
    """Middleware: above everything that asks who the reader is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer from memory, or remember the answer."""
        if request.method != "GET" or settings.SESSION_COOKIE_NAME in request.COOKIES:
            return self.get_response(request)
        key = self._key(request)
        kept = _kept.get(key)
        if kept and kept[0] > time.monotonic():
            return HttpResponse(kept[1], headers=kept[2])
        response = self.get_response(request)
        match = request.resolver_match
        seconds = getattr(match.func, "remembered", 0) if match else 0
        if getattr(response, "is_of_now", False):
            seconds = 0
        if seconds and response.status_code == 200 and not response.cookies:
            self._keep(key, seconds, response)
        return response

    @staticmethod
    def _key(request: HttpRequest) -> tuple[Any, ...]:
        return (
            request.get_full_path(),
            "gzip" in request.headers.get("accept-encoding", ""),
            request.headers.get("accept-language", ""),
            *(request.COOKIES.get(name, "") for name in _COOKIES),
        )

    @staticmethod
    def _keep(key: tuple[Any, ...], seconds: int, response: HttpResponseBase) -> None:
        if response.streaming or not isinstance(response, HttpResponse):
            return
        headers = {n: response.headers[n] for n in _HEADERS if n in response.headers}
        with _lock:
            _kept[key] = (time.monotonic() + seconds, response.content, headers)
            while len(_kept) > _MOST:
                _kept.popitem(last=False)
