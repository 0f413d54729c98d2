"""A fault of a page or of the worker is one line of the log, with no word of a person in it."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.db import connection
from django.http import HttpRequest
from django.urls import path

from learncity.kernel.access import everyone

PHONE = "+8615400009876"


@everyone
def fails(request: HttpRequest, receipt: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE seen (phone text CONSTRAINT seen_once UNIQUE)")
        for _ in range(2):
            cursor.execute("INSERT INTO seen VALUES (%s)", [PHONE])


@everyone
def fails_with_words(request: HttpRequest, receipt: str) -> None:
    raise ValueError(f"{PHONE} is no number")


urlpatterns = [
    path("rows/<str:receipt>/", fails),
    path("words/<str:receipt>/", fails_with_words),
]


def handler500(request: HttpRequest) -> object:
    from learncity.web.errors import server_error

    return server_error(request)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is written to the log, by the handler that Django was told to set up."""
    written = io.StringIO()
    [handler] = [h for h in logging.getLogger().handlers if type(h) is logging.StreamHandler]
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


@pytest.fixture
def browser(client, settings):
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False
    return client


def test_a_fault_of_a_page_is_one_line_without_the_words_of_the_database(db, browser, lines):
    answer = browser.get("/rows/LC-RECEIPT/")

    assert answer.status_code == 500
    [line] = lines.getvalue().splitlines()
    said = json.loads(line)
    assert (said["event"], said["level"], said["status"]) == ("Internal Server Error", "error", 500)
    assert (said["method"], said["route"]) == ("GET", "rows/<str:receipt>/")
    assert [fault["type"] for fault in said["exception"]] == [
        "django.db.utils.IntegrityError",
        "psycopg.errors.UniqueViolation",
    ]
    assert said["exception"][1]["constraint"] == "seen_once"
    assert any("runtime/test_logs.py:" in frame for frame in said["exception"][0]["frames"])
    assert PHONE[1:] not in line
    assert "LC-RECEIPT" not in line


def test_no_exception_brings_its_words_along(db, browser, lines):
    browser.get("/words/LC-RECEIPT/")

    [line] = lines.getvalue().splitlines()
    assert json.loads(line)["exception"][0]["type"] == "builtins.ValueError"
    assert PHONE not in line


def test_what_is_not_found_is_no_fault(db, browser, lines):
    browser.get("/nowhere/")

    assert lines.getvalue() == ""


_ENDS = """
import threading, django, psycopg
django.setup()
from learncity.kernel import logs
logs.watch_uncaught()
def fails():
    raise psycopg.errors.UniqueViolation("DETAIL: Key (phone)=(+86…)")
thread = threading.Thread(target=fails)
thread.start()
thread.join()
fails()
"""


def test_what_ends_a_process_or_a_thread_is_a_line_too():
    ended = subprocess.run([sys.executable, "-c", _ENDS], capture_output=True, text=True)

    said = [json.loads(line) for line in ended.stderr.splitlines()]
    assert ended.returncode == 1
    assert [line["event"] for line in said] == ["thread ends", "process ends"]
    assert [line["exception"][0]["sqlstate"] for line in said] == ["23505", "23505"]
    assert "DETAIL" not in ended.stderr
