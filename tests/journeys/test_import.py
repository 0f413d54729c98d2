"""A list of a union: sent by the office, checked, imported, its bad row mended and sent again."""

import io

import openpyxl
import pytest

from .site import OPERATOR

pytestmark = pytest.mark.journey

HEAD = ["编号", "姓名", "手机", "出生年份", "居住地"]
GOOD = ["1", "欧阳青山", "15400007701", "1961", "gusu"]
BAD = ["2", "欧阳海燕", "12345", "1963", "gusu"]


def workbook(*rows):
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def send(office, content):
    office.visit("/desk/lists/")
    office.press("Import a list")
    office.fill("Which list it is", "古城工会")
    office.page.locator("input[type=file]").set_input_files(
        {"name": "members.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    )
    office.press("Send and read the columns")
    office.press("Check the rows")
    settle(office)


def settle(office):
    """The page asks itself anew until the worker is done; nobody presses anything."""
    office.page.locator("main .figures").wait_for(timeout=60_000)


def figures(office):
    return office.page.locator("main .figures .figure").all_inner_texts()


def test_a_list_is_checked_imported_mended_and_sent_again(site, known):
    office = known(OPERATOR, lang="en", width=1280, scripts=False)
    send(office, workbook(HEAD, GOOD, BAD))
    assert figures(office)[:4] == ["1", "0", "0", "1"]
    assert "Nothing is written yet" in office.page.inner_text("main")
    assert "15400007701" not in office.page.content()

    office.press("Import now")
    settle(office)
    assert "The list is imported" in office.page.inner_text("main")

    with office.page.expect_download() as fetched:
        office.page.get_by_role("link", name="XLSX").click()
    # The browser keeps it under a name without an ending.
    book = openpyxl.load_workbook(io.BytesIO(fetched.value.path().read_bytes()))
    rows = [[cell.value for cell in row] for row in book.active.rows]
    assert rows[0] == [*HEAD, "problem"]
    assert rows[1][:5] == BAD
    book.active["C2"] = "15400007702"
    out = io.BytesIO()
    book.save(out)

    send(office, out.getvalue())
    assert figures(office)[:4] == ["1", "0", "0", "0"]
    office.press("Import now")
    settle(office)
    office.visit("/operate/people/")
    office.page.locator("main input[name=q]:not([type=hidden])").fill("ouyanghaiyan")
    office.press("Look up")
    assert "欧阳海燕" in office.page.inner_text("main")
