"""Lists through the API: sent as text, columns said, checked, applied, mended."""

import pytest

from learncity.apps.imports import services
from learncity.apps.imports.models import Import
from learncity.apps.people.models import Listed
from learncity.kernel import audit
from learncity.kernel.ids import uuid7

PATH = "/api/v1/desk/imports"
TEXT = "编号,姓名,手机\n1,王小明,15400002201\n2,李秀英,12345\n"
COLUMNS = {"columns": {"key": "编号", "name": "姓名", "phone": "手机"}}


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.IMPORTS_ROOT = tmp_path / "imports"


@pytest.fixture
def office(signed_in):
    client = signed_in("demo-operator")

    def call(method, path="", body=None):
        kwargs = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(client, method)(f"{PATH}{path}", headers={"accept-language": "en"}, **kwargs)

    return call


def send(office, text=TEXT, **more):
    body = {"id": str(uuid7()), "list_name": "Union", "text": text, **more}
    return office("post", "", body)


def test_a_program_takes_a_list_the_whole_way(office):
    answer = send(office)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["state"], made["columns"]) == ("SENT", COLUMNS["columns"])
    here = f"/{made['id']}"

    assert office("post", f"{here}/check", COLUMNS).json()["state"] == "CHECKING"
    services.run(Import.objects.get().id)
    checked = office("get", here).json()
    assert (checked["state"], checked["new"], checked["left_out"]) == ("CHECKED", 1, 1)
    assert checked["mistakes"] == [
        {
            "column": "手机",
            "says": "this is no mobile phone number; write all its digits",
            "rows": 1,
            "is_in": False,
        }
    ]
    assert Listed.objects.count() == 0

    assert office("post", f"{here}/application").json()["state"] == "APPLYING"
    services.run(Import.objects.get().id)
    assert office("get").json()["items"][0]["state"] == "DONE"
    assert Listed.objects.count() == 1

    failed = office("get", f"{here}/failed-rows").json()
    assert failed["header"] == ["编号", "姓名", "手机", "problem"]
    assert failed["rows"][0][:3] == ["2", "李秀英", "12345"]
    assert [n.detail for n in audit.latest() if n.action == "imports.rows_fetched"] == [
        {"how": "API"}
    ]


def test_refusals_say_what_they_are(office):
    assert send(office, "\n").json()["code"] == "list_unreadable"
    assert send(office, kind="ships").json()["code"] == "import_kind_unknown"
    here = f"/{send(office).json()['id']}"
    assert office("post", f"{here}/application").json()["code"] == "import_not_now"
    answer = office("post", f"{here}/check", {"columns": {"name": "姓名"}})
    assert (answer.status_code, answer.json()["code"]) == (409, "columns_missing")
    assert office("get", f"{here}/failed-rows").json() == {"header": [], "rows": []}
    assert office("get", f"/{uuid7()}").status_code == 404
    assert office("get", f"/{uuid7()}/failed-rows").status_code == 404


def test_a_list_sent_twice_is_one(office):
    pk = str(uuid7())
    assert send(office, id=pk).json() == send(office, id=pk).json()
    assert Import.objects.count() == 1


CLASSES = (
    "key,course,venue,room,starts,from,until,times,seats\n"
    "one,small-shop-bookkeeping,qiaotou-centre,203,2031-03-05,18:30,20:00,4,20\n"
    "two,small-shop-bookkeeping,qiaotou-centre,203,2031-03-05,19:00,20:30,4,20\n"
)


def test_a_provider_sends_classes_of_its_own_and_sees_what_would_change(signed_in):
    client = signed_in("demo-provider")

    def call(method, path="", body=None):
        kwargs = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(client, method)(f"{PATH}{path}", headers={"accept-language": "en"}, **kwargs)

    said = {"list_name": "Spring", "text": CLASSES, "kind": "classes"}
    for owner in ("", "lamplight-night-school", "nobody"):
        answer = call("post", "", {**said, "id": str(uuid7()), "owner": owner})
        assert (answer.status_code, answer.json()["code"]) == (409, "list_not_of_yours"), owner
    own = {**said, "id": str(uuid7()), "owner": "qiaotou-learning-centre"}
    made = call("post", "", own).json()
    here = f"/{made['id']}"
    call("post", f"{here}/check", {"columns": made["columns"]})
    services.run(Import.objects.get().id)
    assert call("get", here).json()["clashes"] == 1
    found = call("get", f"{here}/changes").json()
    assert (found["changes"], len(found["clashes"])) == ([], 1)
    clash = found["clashes"][0]
    assert (clash["key"], clash["what"], clash["taken_by"]) == ("two", "room", "one")

    call("post", f"{here}/application")
    services.run(Import.objects.get().id)
    changed = {**own, "id": str(uuid7()), "text": CLASSES.replace(",20\n", ",25\n")}
    here = f"/{call('post', '', changed).json()['id']}"
    call("post", f"{here}/check", {"columns": made["columns"]})
    services.run(Import.objects.latest("at").id)
    found = call("get", f"{here}/changes").json()["changes"]
    assert [(c["key"], c["column"], c["before"], c["after"]) for c in found] == [
        ("one", "seats", "20", "25"), ("two", "seats", "20", "25"),
    ]  # fmt: skip
    assert signed_in("demo-worker").get(f"{PATH}{here}/changes").status_code == 403
