"""How much one asker may search: each search costs a hundred times what a page from memory does."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from learncity.kernel.turns import Turns, stranger

# Of an address, or of an account; in each web process. A school behind one address has room for
# 1,500 searches at once and 300 a minute, and what is answered from memory counts for nothing.
SEARCHED = Turns(burst=1500, rate=5)


def in_turn(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view that searches ask whoever is too fast to wait; no query of its own."""

    @wraps(view)
    def turned(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asker = _asker(request)
        if asker is None or SEARCHED.take(asker):
            return view(request, *args, **kwargs)
        response = render(request, "429.html", {"is_search": True}, status=429)
        response.headers["Retry-After"] = str(max(1, round(SEARCHED.wait())))
        return response

    return turned


def _asker(request: HttpRequest) -> str | None:
    """Whoever signed in is counted alone, wherever they sit."""
    if request.user.is_authenticated:
        return f"account {request.user.pk}"
    return stranger(request)
