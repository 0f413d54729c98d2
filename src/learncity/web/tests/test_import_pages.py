"""Lists in the office's browser: sent, mapped, checked, applied, mended; and refused to others."""

import re
from io import BytesIO

import pytest
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from learncity.apps.imports import queries, services
from learncity.apps.imports.models import Import
from learncity.apps.imports.types import ImportState
from learncity.apps.people.models import Listed, Person
from learncity.kernel import audit
from learncity.kernel.ids import uuid7

NEW = "/desk/lists/new/"
HEAD, GOOD, BAD = "编号,姓名,手机\n", "1,王小明,15400002101\n", "2,李秀英,12345\n"
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.IMPORTS_ROOT = tmp_path / "imports"


@pytest.fixture
def office(signed_in):
    return signed_in("demo-operator")


def said(**more):
    return {"id": str(uuid7()), "kind": "people", "list_name": "Union", "language": "zh-Hans",
            "giver": "", "rows": "", **more}  # fmt: skip


def sent(client, content, name="list.csv"):
    """The address of the list that was sent as a file."""
    file = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())
    answer = client.post(NEW, said(file=file), **ENGLISH)
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


def walked(client, content, name="list.csv"):
    """A list that is sent, checked and applied, as the office does it."""
    address = sent(client, content, name)
    columns = {"c0": "key", "c1": "name", "c2": "phone"}
    assert client.post(f"{address}columns/", columns, **ENGLISH).status_code == 302
    services.run(Import.objects.get().id)
    assert client.post(f"{address}apply/", **ENGLISH).status_code == 302
    services.run(Import.objects.get().id)
    return address


def text(answer):
    return answer.content.decode()


def imported():
    return set(Person.objects.filter(pk__in=Listed.objects.values("person_id"))
               .values_list("name", flat=True))  # fmt: skip


def test_a_list_goes_the_whole_way(office):
    address = sent(office, HEAD + GOOD + BAD)
    page = text(office.get(address, **ENGLISH))
    assert "What the columns hold" in page
    chosen = re.findall(r'<option value="(\w+)" selected', page)
    assert chosen == ["key", "name", "phone"]

    office.post(f"{address}columns/", {"c0": "key", "c1": "name", "c2": "phone"})
    waiting = text(office.get(address, **ENGLISH))
    assert '<meta http-equiv="refresh"' in waiting
    assert "<progress" in waiting
    services.run(Import.objects.get().id)

    preview = text(office.get(address, **ENGLISH))
    assert "Nothing is written yet" in preview
    assert "http-equiv" not in preview
    assert "this is no mobile phone number" in preview
    assert "**** 2101" in preview
    assert "15400002101" not in preview
    assert imported() == set()

    office.post(f"{address}apply/")
    services.run(Import.objects.get().id)
    result = text(office.get(address, **ENGLISH))
    assert "The list is imported" in result
    assert imported() == {"王小明"}
    assert "Union" in text(office.get("/desk/lists/", **ENGLISH))


def test_columns_that_are_not_read_are_named_before_the_list_is_imported(office):
    address = sent(office, HEAD + GOOD)
    office.post(f"{address}columns/", {"c0": "key", "c1": "name"})
    services.run(Import.objects.get().id)
    page = text(office.get(address, **ENGLISH))
    assert "Not read: 手机" in page
    assert "Rows of the list were not compared with each other" in page


def test_whose_phone_numbers_they_are_can_be_chosen(office):
    rows = "编号,姓名,手机\n1,Trần Thị Hoa,0901234567\n"
    answer = office.post(NEW, said(rows=rows, country="VN"), **ENGLISH)
    assert queries.latest()[0].country == "VN"
    office.post(f"{answer.url}columns/", {"c0": "key", "c1": "name", "c2": "phone"})
    services.run(Import.objects.get().id)
    assert (queries.latest()[0].new, queries.latest()[0].wrong) == (1, 0)
    assert office.post(NEW, said(rows=rows, country="US"), **ENGLISH).status_code == 422


def test_rows_can_be_pasted(office):
    rows = (HEAD + GOOD).replace(",", "\t")
    answer = office.post(NEW, said(rows=rows), **ENGLISH)
    assert answer.status_code == 302
    assert queries.latest()[0].header == ("编号", "姓名", "手机")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_rows_left_out_are_fetched_as_they_were_sent_and_it_is_written_down(office, kind):
    address = walked(office, HEAD + GOOD + BAD)
    answer = office.get(f"{address}failed.{kind}", **ENGLISH)
    assert "no-store" in answer.headers["Cache-Control"]
    if kind == "csv":
        lines = answer.content.decode("utf-8-sig").splitlines()
        assert lines[0] == '"编号","姓名","手机","problem"'
        assert lines[1].startswith('"2","李秀英","12345","row 3')
    else:
        sheet = load_workbook(BytesIO(answer.content)).active
        assert [c.value for c in sheet[2]][:3] == ["2", "李秀英", "12345"]
    done = [n.detail for n in audit.latest() if n.action == "imports.rows_fetched"]
    assert done == [{"how": kind.upper()}]
    assert office.get(f"{address}failed.exe").status_code == 404


def test_a_workbook_is_taken(office):
    book, out = Workbook(), BytesIO()
    for line in (HEAD + GOOD).splitlines():
        book.active.append(line.split(","))
    book.save(out)
    walked(office, out.getvalue(), "list.xlsx")
    assert imported() == {"王小明"}


def test_who_looks_alike_is_listed_to_be_compared(office):
    walked(office, HEAD + GOOD + "2,李秀英,15400002101\n")
    page = text(office.get(f"/desk/lists/{Import.objects.get().id}/", **ENGLISH))
    assert "To be compared" in page
    (link,) = re.findall(r'href="(/operate/people/[^"]+/merge/[^"]+/)"', page)
    assert office.get(link).status_code == 200


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04 nothing", "The workbook is damaged"),
        (b"\x89PNG\r\n\x1a\n\xff\xff", "neither a workbook nor a table of text"),
        (b"", "empty"),
    ],
)
def test_what_is_no_list_is_said_beside_the_field(office, content, words):
    answer = office.post(NEW, said(file=SimpleUploadedFile("x.xlsx", content)), **ENGLISH)
    assert answer.status_code == 422
    assert words in text(answer)
    assert Import.objects.count() == 0


def test_nothing_sent_is_said_beside_the_field(office):
    answer = office.post(NEW, said(), **ENGLISH)
    assert answer.status_code == 422
    assert "Choose a file, or paste the rows." in text(answer)


def test_columns_that_do_not_do_are_said(office):
    address = sent(office, HEAD + GOOD)
    answer = office.post(f"{address}columns/", {"c0": "name", "c1": "name"}, **ENGLISH)
    assert answer.status_code == 422
    assert "hold the same" in text(answer)


def test_a_list_can_be_removed(office):
    address = sent(office, HEAD + GOOD)
    value = queries.latest()[0]
    assert office.post(f"{address}remove/").status_code == 302
    assert queries.find(value.id).state == ImportState.REMOVED
    assert office.post(f"{address}apply/", **ENGLISH).status_code == 422


def test_only_the_office_gets_in(client, account_of, office):
    address = walked(office, HEAD + GOOD + BAD)
    for key in ("demo-provider", "demo-worker"):
        client.force_login(account_of(key))
        for path in (address, f"{address}failed.csv"):
            assert client.get(path).status_code == 403
        answer = client.post(NEW, said(file=SimpleUploadedFile("x.csv", b"name,key\nx,1")))
        assert answer.status_code == 403
    client.logout()
    assert client.get(address).status_code == 302
    client.force_login(account_of("demo-operator"))
    assert client.get(f"/desk/lists/{uuid7()}/").status_code == 404


def test_a_stranger_sends_no_byte(db, city):
    class Untouched:
        def read(self, *_sizes):
            raise AssertionError("it was read")

        readline = read

    answer = Client().post(
        NEW, b"", "multipart/form-data; boundary=b", CONTENT_LENGTH="15000000",
        **{"wsgi.input": Untouched()},
    )  # fmt: skip
    assert answer.status_code == 302


def test_a_form_without_its_token_sends_nothing(account_of, city):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(account_of("demo-operator"))
    file = SimpleUploadedFile("x.csv", (HEAD + GOOD).encode())
    assert browser.post(NEW, said(file=file)).status_code == 403
    assert Import.objects.count() == 0


def test_more_than_the_limit_is_refused_before_it_is_read(office):
    length = configured.LARGER_BODIES[NEW] + 1
    answer = office.post(NEW, b"", "multipart/form-data; boundary=b", CONTENT_LENGTH=str(length))
    assert answer.status_code == 413
    elsewhere = office.post("/operate/people/", b"", "multipart/form-data; boundary=b",
                            CONTENT_LENGTH="15000000")  # fmt: skip
    assert elsewhere.status_code == 413


def test_no_other_form_takes_a_file(office):
    answer = office.post("/operate/people/", {"q": "x", "file": SimpleUploadedFile("x", b"x")})
    assert answer.status_code == 200
    assert not answer.wsgi_request.FILES


def test_pages_cost_the_same_queries_however_many_rows(office, django_assert_num_queries):
    few = sent(office, HEAD + GOOD)
    office.post(f"{few}columns/", {"c0": "key", "c1": "name", "c2": "phone"})
    services.run(queries.latest()[0].id)
    many = sent(office, HEAD + GOOD + "".join(f"{n},An {n},\n" for n in range(5, 60)))
    office.post(f"{many}columns/", {"c0": "key", "c1": "name", "c2": "phone"})
    services.run(queries.latest()[0].id)
    office.get(few)
    for address in (few, many):
        with django_assert_num_queries(COST):
            office.get(address)
    with django_assert_num_queries(LIST_COST):
        office.get("/desk/lists/")


# Session, account, language and role, the list, and a line in the trail.
COST, LIST_COST = 6, 6


def test_nothing_stays_in_the_folder_of_uploads(office, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    address = sent(office, HEAD + GOOD)
    assert [p.name for p in tmp_path.iterdir()] == ["imports"]
    pk = address.rstrip("/").rpartition("/")[2]
    assert (settings.IMPORTS_ROOT / pk / "sent").exists()


@pytest.mark.parametrize(("is_written", "state"), [(False, "REFUSED"), (True, "STOPPED")])
def test_a_list_that_met_a_fault_can_be_begun_anew_or_deleted(office, is_written, state):
    address = sent(office, HEAD + GOOD)
    found = Import.objects.get()
    Import.objects.update(
        state=state, code="fault", is_written=is_written, applied_by=found.by_id, new=7
    )
    page = text(office.get(address, **ENGLISH))
    assert "A fault of the program stopped this list." in page
    assert ("Some of this list is written, and that stays" in page) == is_written
    assert "Nothing" not in page
    assert f"{address}remove/" in page
    assert 'href="?columns=1"' in page
    assert "What the columns hold" in text(office.get(f"{address}?columns=1", **ENGLISH))

    office.post(f"{address}remove/")
    page = text(office.get(f"{address}?columns=1", **ENGLISH))
    assert ("Some of this list is written, and that stays" in page) == is_written
    assert ("Nothing of it was written" in page) == (not is_written)
    assert "remove/" not in page
    assert "columns=1" not in page.partition("<main")[2].partition("</main")[0]


def test_mistakes_of_a_list_whose_words_are_gone_name_our_columns(office):
    address = walked(office, HEAD + GOOD + BAD)
    assert "手机" in text(office.get(address, **ENGLISH))
    office.post(f"{address}remove/")
    page = text(office.get(address, **ENGLISH))
    assert "手机" not in page
    assert "Phone number" in page
