"""Somebody whom nobody knows, at every address there is; and a resident where staff work."""

import http.client
from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from .site import WORKER

pytestmark = pytest.mark.journey

# What everybody may see. A new page is not public until it stands here.
PUBLIC = {
    "web:home", "web:find", "web:category", "web:course", "web:near", "web:venues", "web:venue",
    "web:compare", "web:subject", "web:programmes", "web:programme",
    "web:provider", "web:class", "web:region", "web:verify", "web:missing",
    "web:choose_place", "web:prefer", "web:sign_in", "web:demo_outbox",
    "web:course_data", "web:class_data", "web:class_calendar", "web:venue_calendar", "web:oai",
    "web:robots", "web:sitemap", "web:sitemap_part",
    "web:help", "web:accessibility", "web:privacy", "web:healthz", "ui:style", "ui:sample",
    "account_login", "account_request_login_code", "account_confirm_login_code",
}  # fmt: skip
# Things that are there, so that a refusal is not mistaken for an address that is not.
THERE = {
    "class_key": "bookkeeping-qiaotou-wed",
    "receipt": "AAAA-AAAA-AA",
    "number": "AAAA-AAAA-AA",
    "kind": "csv",
    "thing": "SEAT",
    "slug": "workplace-skills",
    "part": "courses",
    "no": "1",
    "what": "courses",
    "name": "home",
    "programme": "own-small-business",
    "course": "small-shop-bookkeeping",
}
PARTS = {"web:course_part": "subject"}
KEYS = {
    "web:course": "small-shop-bookkeeping",
    "web:subject": "bookkeeping",
    "web:programme": "own-small-business",
    "web:course_data": "small-shop-bookkeeping",
    "web:venue": "qiaotou-centre",
    "web:venue_calendar": "qiaotou-centre",
    "web:provider": "qiaotou-learning-centre",
    "web:region": "gusu",
    "web:leave_programme": "small-shop-bookkeeping",
    **dict.fromkeys(
        ("web:office_programme", "web:edit_programme", "web:end_programme", "web:add_course",
         "web:programme_course", "web:course_out"), "own-small-business",
    ),
}  # fmt: skip
SOMETHING = "01234567-89ab-7def-8123-456789abcdef"
# Nowhere until a provider is set up (test_elsewhere), and without a code or an address that
# somebody has (test_access, test_exchange).
NOWHERE = {"web:leave", "web:come_back", "web:verify_code", "web:own_calendar"}
NOBODY = "/sign-in/?next="


def _patterns(patterns, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    for one in patterns:
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from _patterns(one.url_patterns, prefix + str(one.pattern), inner)
        elif isinstance(one, URLPattern):
            yield f"{space}{one.name or ''}", prefix + str(one.pattern)


def _fill(name: str, route: str) -> str:
    for part in route.split("<")[1:]:
        variable = part.split(">")[0]
        key = variable.split(":")[-1]
        if key == "key":
            value = KEYS.get(name, "bookkeeping-qiaotou-wed")
        elif key == "part":
            value = PARTS.get(name, THERE[key])
        else:
            value = SOMETHING if variable.startswith("uuid:") else THERE[key]
        route = route.replace(f"<{variable}>", value)
    return "/" + route


def pages() -> list[tuple[str, str]]:
    """Name and address of every page; the API answers for itself, in tests/contracts."""
    found = [(n, r) for n, r in _patterns(get_resolver().url_patterns) if not r.startswith("api/")]
    return [(name, _fill(name, route)) for name, route in found if name not in NOWHERE]


def answer(
    site, path: str, method: str = "GET", cookie: str = "", csrf: str = ""
) -> tuple[int, str]:
    """Status of a page, and where it leads."""
    headers = {"Cookie": cookie} if cookie else {}
    if csrf:
        headers = {"Cookie": f"learncity_csrf={csrf}", "X-CSRFToken": csrf}
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    try:
        connection.request(method, path, headers=headers)
        found = connection.getresponse()
        found.read()
        return found.status, found.headers.get("Location", "")
    finally:
        connection.close()


def test_a_stranger_is_refused_at_every_page_that_is_not_public(site):
    open_pages, leaks = set(), []
    for name, path in pages():
        status, leads_to = answer(site, path)
        if name in PUBLIC:
            open_pages.add(name)
            if status >= 400 or leads_to.startswith(NOBODY):
                leaks.append((name, path, status, leads_to))
        elif not (status == 302 and leads_to == NOBODY + path):
            leaks.append((name, path, status, leads_to))

    assert leaks == []
    assert open_pages == PUBLIC


def test_a_stranger_cannot_send_a_form(site):
    """With the token of a form of ours, so that only who asks can be the reason."""
    taken = []
    for name, path in pages():
        status, leads_to = answer(site, path, "POST", csrf="b" * 32)
        refused = leads_to.startswith(NOBODY)
        if status == 403 or (name not in PUBLIC and not refused):
            taken.append((name, path, status, leads_to))

    assert taken == []


def test_without_the_token_no_form_is_taken_from_anybody(site):
    statuses = {path: answer(site, path, "POST")[0] for _, path in pages()}

    # The page that takes files asks who it is before it reads a byte, and so before the token.
    assert statuses.pop("/desk/lists/new/") == 302
    # A harvester may ask by a form, and changes nothing.
    assert statuses.pop("/oai") == 200
    assert set(statuses.values()) == {403}, statuses


def test_a_resident_is_refused_where_staff_work(site, known):
    worker = known(WORKER)
    [session] = [c for c in worker.context.cookies() if c["name"] == "learncity_session"]
    cookie = f"learncity_session={session['value']}"
    staff = [path for _, path in pages() if path.startswith(("/desk/", "/operate/"))]

    answers = {path: answer(site, path, cookie=cookie)[0] for path in staff}

    assert len(staff) >= 7
    assert set(answers.values()) == {403}, answers
    worker.visit("/desk/", status=403)
    assert worker.heading() == worker.word("This page is for somebody else")
    header = worker.text("header")
    assert worker.word("Desk") not in header
    assert worker.word("City office") not in header


def test_a_resident_sees_no_place_and_no_message_of_another(site, known):
    worker = known(WORKER)
    [[place, message]] = site.ask(
        """
        SELECT e.receipt, m.id FROM classes_enrolment e JOIN notices_message m USING (person_id)
        JOIN people_account a USING (person_id) WHERE a.phone <> %s LIMIT 1
        """,
        WORKER,
    )

    for path in (
        f"/me/places/{place}/",
        f"/me/places/{place}/withdraw/",
        f"/me/messages/{message}/",
    ):
        worker.visit(path, status=404)
        assert worker.heading() == worker.word("This page is not there")
