"""Calendars that programs subscribe to: as RFC 5545 writes them, and one's own for nobody else."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import resolve
from django.utils import timezone

from learncity.apps.catalogue.models import Course
from learncity.apps.classes import services
from learncity.apps.classes.models import CourseClass, Session
from learncity.kernel.acting import SYSTEM, By, Via
from learncity.web.exchange import calendars

CLASS, VENUE = "bookkeeping-qiaotou-wed", "qiaotou-centre"
MOMENT = re.compile(r"\d{8}T\d{6}Z")


@pytest.fixture(autouse=True)
def _turns():
    calendars.ASKED.forget()
    calendars.GUESSED.forget()


def parse(answer):
    """The entries of a calendar, as a program reads them; what RFC 5545 asks of every file."""
    body = answer.content
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert body.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    lines = body.decode().replace("\r\n ", "").split("\r\n")
    assert lines[:4] == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Learncity//Learncity 1//EN",
        "CALSCALE:GREGORIAN",
    ]  # fmt: skip
    events, event = [], None
    for line in lines:
        if line == "BEGIN:VEVENT":
            event = {}
        elif line == "END:VEVENT":
            events.append(event)
            event = None
        elif event is not None:
            name, _colon, value = line.partition(":")
            if '"' in name:  # a parameter with a quoted colon
                name, value = re.fullmatch(r'((?:[^:"]|"[^"]*")*):(.*)', line).groups()
            assert name.partition(";")[0] not in event
            event[name.partition(";")[0]] = value
    for event in events:
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "SUMMARY"} <= set(event)
        for name in ("DTSTAMP", "DTSTART", "DTEND", "LAST-MODIFIED"):
            assert MOMENT.fullmatch(event[name])
        assert event["DTSTART"] < event["DTEND"]
    assert len({event["UID"] for event in events}) == len(events)
    return events


def unescaped(text):
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], text)


@pytest.fixture
def own(signed_in):
    """A worker with a seat; their client, and the path of their calendar."""
    client = signed_in("demo-worker")
    services.apply(
        class_key=CLASS, person_id=(person := _person(client)), by=By(person, Via.WEB),
        at=timezone.now(),
    )  # fmt: skip
    page = client.post("/me/calendar/make/")
    (secret,) = set(re.findall(r"/calendars/([\w-]+)\.ics", page.content.decode()))
    return client, f"/calendars/{secret}.ics"


def _person(client):
    from learncity.apps.people.models import Account

    return Account.objects.get(pk=client.session["_auth_user_id"]).person_id


def test_a_class_is_a_calendar(client, city):
    events = parse(client.get(f"/classes/{CLASS}.ics"))

    first = Session.objects.filter(course_class__key=CLASS).order_by("number").first()
    assert len(events) == CourseClass.objects.get(key=CLASS).sessions_count
    assert events[0]["UID"].startswith(f"{first.id}@")
    begins = datetime.strptime(events[0]["DTSTART"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert begins == first.starts_at
    assert events[0]["STATUS"] == "CONFIRMED"


def test_a_venue_is_a_calendar(client, city):
    events = parse(client.get(f"/venues/{VENUE}.ics"))

    coming = Session.objects.filter(room__venue__key=VENUE, starts_at__gt=timezone.now())
    assert len(events) >= coming.count() > 0


@pytest.mark.parametrize(("lang", "tag"), [("vi", "vi"), ("en", "en"), ("zh-Hans", "zh-Hans")])
def test_a_calendar_speaks_the_language_of_its_address(client, city, lang, tag):
    title = Course.objects.get(key="small-shop-bookkeeping").title

    events = parse(client.get(f"/classes/{CLASS}.ics?lang={lang}"))

    assert unescaped(events[0]["SUMMARY"]) == title[tag]


def test_signs_with_a_meaning_are_escaped(client, city):
    words = 'a;b,c\\d "e"\n会计' + "ế" * 60 + "\x07\r\nBEGIN:VEVENT"
    Course.objects.filter(key="small-shop-bookkeeping").update(title={"en": words})

    events = parse(client.get(f"/classes/{CLASS}.ics"))

    assert unescaped(events[0]["SUMMARY"]) == words.replace("\x07", "").replace("\r\n", "\n")


def test_a_meeting_that_is_moved_or_called_off_keeps_its_uid_and_raises_sequence(client, city):
    before = parse(client.get(f"/classes/{CLASS}.ics"))[0]
    meeting = Session.objects.filter(course_class__key=CLASS).order_by("number").first()
    Session.objects.filter(pk=meeting.pk).update(
        starts_at=meeting.starts_at + timedelta(minutes=10)
    )
    moved = parse(client.get(f"/classes/{CLASS}.ics?2"))[0]
    services.cancel(class_key=CLASS, by=SYSTEM, at=timezone.now())
    called_off = parse(client.get(f"/classes/{CLASS}.ics?3"))[0]

    assert before["UID"] == moved["UID"] == called_off["UID"]
    assert [int(e["SEQUENCE"]) for e in (before, moved, called_off)] == [0, 1, 2]
    assert called_off["STATUS"] == "CANCELLED"
    assert before["LAST-MODIFIED"] <= moved["LAST-MODIFIED"] <= called_off["LAST-MODIFIED"]


def test_ones_own_calendar_needs_no_signing_in_and_has_the_links(own, client):
    _owner, path = own
    Session.objects.filter(course_class__key=CLASS, mode="ONLINE").update(
        link="https://meet.example/ours"
    )
    client.logout()

    events = parse(client.get(path))

    online = [e for e in events if "CONFERENCE" in e]
    assert len(events) == CourseClass.objects.get(key=CLASS).sessions_count
    assert {e["CONFERENCE"] for e in online} == {"https://meet.example/ours"}
    assert b"meet.example" not in client.get(f"/classes/{CLASS}.ics").content


def test_nobody_keeps_ones_own_calendar_on_the_way(own, client):
    answer = client.get(own[1])

    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex"


def test_taken_back_it_is_gone_at_once(own):
    client, path = own
    assert client.get(path).status_code == 200

    assert client.post("/me/calendar/drop/").url == "/me/calendar/"

    assert client.get(path).status_code == 404


def test_a_new_address_takes_the_place_of_the_old(own):
    client, path = own

    client.post("/me/calendar/make/")

    assert client.get(path).status_code == 404


def test_it_is_shown_only_once_and_kept_nowhere(own):
    client, path = own
    secret = path.removeprefix("/calendars/").removesuffix(".ics")

    page = client.post("/me/calendar/make/")

    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "no-referrer"
    assert secret not in client.get("/me/calendar/").content.decode()


def test_a_program_that_asks_without_pause_is_told_to_wait(own, client):
    path = own[1]
    answers = [client.get(path) for _ in range(40)]

    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0


def test_who_guesses_is_told_to_wait(client, city):
    said = [client.get(f"/calendars/guess-{n}.ics", REMOTE_ADDR="192.0.2.7") for n in range(25)]

    assert (said[0].status_code, said[-1].status_code) == (404, 429)


def test_what_is_logged_of_a_request_has_no_secret(own):
    # kernel.logs writes the pattern of an address and never the address.
    assert resolve(own[1]).route == "calendars/<str:secret>.ics"


@pytest.mark.parametrize("path", ["/classes/none.ics", "/venues/none.ics", "/calendars/none.ics"])
def test_of_what_is_not_there_there_is_no_calendar(client, city, path):
    assert client.get(path).status_code == 404


def test_a_calendar_costs_the_same_however_many_meetings(own, client, django_assert_num_queries):
    client.logout()
    with django_assert_num_queries(3):
        client.get(own[1])
