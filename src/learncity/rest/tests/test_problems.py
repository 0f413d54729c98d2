"""Every error is a problem in the sense of RFC 9457, in the language that was asked for."""

import json
import re

import pytest
from django.http import HttpResponse
from django.utils.translation import override

from learncity.apps.classes.types import ClassNotFound
from learncity.kernel.errors import DomainError
from learncity.rest import problems
from learncity.rest.shell import shelled

from .conftest import OWN_CLASS

API = "/api/v1"


def problem(answer):
    assert answer.headers["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == answer.status_code
    assert said["type"] == f"/api/v1/docs#{said['code']}"
    assert said["title"]
    assert said["detail"]
    return said


@pytest.mark.parametrize("method", ["get", "post", "patch", "delete", "options"])
@pytest.mark.parametrize("path", ["/api/", "/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v2/me"])
def test_an_unknown_address_is_a_problem_and_no_page(client, city, method, path):
    answer = getattr(client, method)(path)

    assert answer.status_code == 404
    assert problem(answer)["code"] == "not_found"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("post", "/city", "GET"),
        ("post", "/openapi.json", "GET, HEAD"),
        ("put", f"/desk/classes/{OWN_CLASS}", "PATCH"),
        ("patch", "/me/places/ABCD-EFGH-JK", "DELETE, GET"),
    ],
)
def test_a_wrong_method_says_which_are_right(client, city, method, path, allowed):
    answer = getattr(client, method)(API + path)

    assert answer.status_code == 405
    assert problem(answer)["code"] == "method_not_allowed"
    assert ", ".join(sorted(answer.headers["Allow"].split(", "))) == allowed


@pytest.mark.parametrize("body", ["{", '{"seats": 1', "\xff", "[" * 100_000, "seats=1"])
def test_a_body_that_cannot_be_read_is_malformed(staff, body):
    answer = staff.patch(
        f"{API}/desk/classes/{OWN_CLASS}", body.encode("latin-1"), content_type="application/json"
    )

    assert answer.status_code == 400
    assert problem(answer)["code"] == "malformed_request"


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]
)
def test_a_body_that_is_not_json_is_refused_as_such(staff, kind):
    answer = staff.patch(f"{API}/desk/classes/{OWN_CLASS}", b"seats=1", content_type=kind)

    assert answer.status_code == 415
    assert problem(answer)["code"] == "not_json"


def test_a_body_larger_than_any_operation_needs_is_refused(staff, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    answer = staff.patch(
        f"{API}/desk/classes/{OWN_CLASS}", b" " * 101, content_type="application/json"
    )

    assert answer.status_code == 413
    assert problem(answer)["code"] == "too_large"


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("/courses?limit=0", "/query/limit"),
        ("/courses?limit=201", "/query/limit"),
        ("/courses?limit=x", "/query/limit"),
        ("/courses?category=NONE", "/query/category"),
        ("/courses?category=", "/query/category"),
        ("/courses?provider=a b", "/query/provider"),
        (f"/courses?q={'x' * 101}", "/query/q"),
        ("/courses?cursor=!", "/query/cursor"),
        ("/classes?open=perhaps", "/query/open"),
        ("/classes?course=%00", "/query/course"),
        ("/courses/%C3%A9", "/path/key"),
    ],
)
def test_what_is_wrong_with_an_address_is_pointed_at(client, city, query, pointer):
    answer = client.get(API + query)

    assert answer.status_code == 422
    said = problem(answer)
    assert said["code"] == "invalid"
    assert [e["pointer"] for e in said["errors"]] == [pointer]
    assert said["errors"][0]["detail"]


def test_several_mistakes_are_told_at_once(client, city):
    answer = client.get(f"{API}/courses?limit=0&category=NONE&cursor=!")

    assert len(problem(answer)["errors"]) == 3


@pytest.mark.parametrize(
    ("asked", "language"),
    [("zh-CN", "zh-hans"), ("vi-VN,vi;q=0.9", "vi"), ("en-GB", "en"), ("de", "zh-hans")],
)
def test_a_problem_speaks_the_language_that_was_asked_for(client, city, asked, language):
    answer = client.get(f"{API}/classes/none", headers={"Accept-Language": asked})

    assert answer.headers["Content-Language"] == language
    with override(language):
        assert problem(answer)["detail"] == str(ClassNotFound.says)


def test_a_refusal_of_a_room_brings_its_own_code_and_sentence(rf, city):
    class NoTea(DomainError):
        code, says = "no_tea", "There is no tea left."
        __module__ = "elsewhere"  # no code of ours

    answer = problems.refused(rf.get("/api/v1/tea"), NoTea())

    said = json.loads(answer.content)
    assert (answer.status_code, said["code"], said["detail"]) == (
        409,
        "no_tea",
        "There is no tea left.",
    )
    assert said["instance"] == "/api/v1/tea"


def test_a_fault_of_ours_is_a_problem_and_is_logged(rf, city, caplog):
    def broken(request):
        raise RuntimeError("the tea is out")

    answer = shelled(broken)(rf.get("/api/v1/tea"))

    assert answer.status_code == 500
    said = json.loads(answer.content)
    assert said["code"] == "internal_error"
    assert "tea is out" not in answer.content.decode()
    assert "the tea is out" in caplog.text


def test_a_good_answer_passes_through_the_shell(rf, city):
    answer = shelled(lambda request: HttpResponse("fine"))(rf.get("/api/v1/tea"))

    assert answer.content == b"fine"


def test_the_page_for_programmers_explains_every_code(client, city):
    page = client.get(f"{API}/docs").content.decode()

    anchors = set(re.findall(r'<div id="(\w+)"', page))
    assert anchors == {code for code, _status, _detail in problems.codes()}
    assert {"class_full", "name_missing", "idempotency_key_reused", "not_signed_in"} <= anchors
    assert 'href="/api/v1/openapi.json"' in page


def test_the_page_for_programmers_loads_nothing_from_elsewhere(client, city):
    page = client.get(f"{API}/docs").content.decode()

    loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"', page)
    assert loaded
    assert all(address.startswith("/") for address in loaded)
