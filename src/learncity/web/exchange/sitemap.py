"""What search engines should look at: robots.txt, and every public page of the catalogue.

A page has one address in all languages (the reader's is in a cookie, or in what the browser asks
for), so there are no alternates to name.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from learncity.apps.catalogue import queries as catalogue
from learncity.apps.catalogue.types import Category
from learncity.apps.classes import queries as classes
from learncity.apps.organizations import queries as organizations
from learncity.kernel.access import everyone
from learncity.web.pagecache import for_strangers

# So many addresses a part may have (sitemaps.org).
MOST = 50_000
_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
# What is somebody's own, or for staff; nothing there can be read without signing in.
_OWN = ("/me/", "/desk/", "/operate/", "/sign-in/", "/calendars/", "/prefer/", "/place/", "/demo/")

Line = tuple[str, datetime | None]


@everyone
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Where programs need not look, and where everything is listed."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _OWN), ""]
    lines.append(f"Sitemap: {settings.BASE_URL}{reverse('web:sitemap')}")
    response = HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@everyone
@require_safe
@for_strangers(seconds=300)
def index(request: HttpRequest) -> HttpResponse:
    """The parts of the list; three queries."""
    at, lines = timezone.now(), []
    newest = {"courses": catalogue.last_change()}
    for name, (count, _pages) in _PARTS.items():
        for number in range(1, -(-count(at) // MOST) + 1):
            url = settings.BASE_URL + reverse("web:sitemap_part", args=[name, number])
            lines.append(_line("sitemap", url, newest.get(name)))
    body = f'{_HEAD}<sitemapindex xmlns="{_SPACE}">{"".join(lines)}</sitemapindex>\n'
    return HttpResponse(body, content_type="application/xml")


@everyone
@require_safe
def part(request: HttpRequest, part: str, no: int) -> HttpResponseBase:
    """One part of the list, sent while it is read; one query."""
    found, at = _PARTS.get(part), timezone.now()
    if found is None or not 1 <= no <= max(1, -(-found[0](at) // MOST)):
        raise Http404
    response = StreamingHttpResponse(
        _written(found[1](at, (no - 1) * MOST)), content_type="application/xml"
    )
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def _written(lines: Iterator[Line]) -> Iterator[str]:
    yield f'{_HEAD}<urlset xmlns="{_SPACE}">'
    for path, changed in lines:
        yield _line("url", settings.BASE_URL + path, changed)
    yield "</urlset>\n"


def _line(element: str, url: str, changed: datetime | None) -> str:
    modified = f"<lastmod>{changed.isoformat(timespec='seconds')}</lastmod>" if changed else ""
    return f"<{element}><loc>{escape(url)}</loc>{modified}</{element}>\n"


def _courses(at: datetime, offset: int) -> Iterator[Line]:
    for key, changed in catalogue.pages_changed(offset=offset, limit=MOST):
        yield reverse("web:course", args=[key]), changed


def _classes(at: datetime, offset: int) -> Iterator[Line]:
    for key, changed in classes.pages_changed(at=at, offset=offset, limit=MOST):
        yield reverse("web:class", args=[key]), changed


def _others(at: datetime, offset: int) -> Iterator[Line]:
    """Categories, places to learn, providers: never more than one part holds."""
    yield reverse("web:home"), None
    for category in Category:
        yield reverse("web:category", args=[category.slug]), None
    yield reverse("web:venues"), None
    for venue in organizations.all_venues():
        yield reverse("web:venue", args=[venue.key]), None
    for provider in organizations.all_organizations():
        yield reverse("web:provider", args=[provider.key]), None


# Name of a kind of part to how many addresses there are, and the addresses from one on.
_PARTS: dict[str, tuple[Callable[[datetime], int], Callable[[datetime, int], Iterator[Line]]]] = {
    "pages": (lambda at: 1, _others),
    "courses": (lambda at: catalogue.count_offered(), _courses),
    "classes": (lambda at: classes.count_classes(at=at), _classes),
}
