"""The reform of July 2025 in Khánh Hòa: applied by an operator, and earlier figures stay true."""

import pytest

from .site import OPERATOR

pytestmark = pytest.mark.journey

HEAD = "from\tto\tname_vi\tkind\tparent\n"
LAND = HEAD + (
    "\t56\tTỉnh Khánh Hòa\tPROVINCE\t\n"
    "\t58\tTỉnh Ninh Thuận\tPROVINCE\t\n"
    "\t574\tHuyện Cam Lâm\tDISTRICT\t56\n"
    "\t582\tThành phố Phan Rang - Tháp Chàm\tDISTRICT\t58\n"
    "\t22435\tXã Cam Tân\tCOMMUNE\t574\n"
    "\t22438\tXã Cam Hòa\tCOMMUNE\t574\n"
    "\t22441\tXã Suối Cát\tCOMMUNE\t574\n"
    "\t22738\tPhường Mỹ Hải\tCOMMUNE\t582\n"
)
REFORM = HEAD + (
    "58\t56\t\t\t\n"
    "574\t\t\t\t56\n"
    "582\t\t\t\t56\n"
    "22435\t22435\tXã Cam Lâm\tCOMMUNE\t56\n"
    "22438\t22435\t\t\t\n"
    "22438\t22441\tXã Suối Dầu\tCOMMUNE\t56\n"
    "22441\t22441\t\t\t\n"
    "22738\t22738\tPhường Đông Hải\tCOMMUNE\t56\n"
)
# Classes of last year: one in the commune that is divided, one in the province that ends.
LAST_YEAR = """
UPDATE classes_courseclass c SET
    place_id = (SELECT id FROM places_place WHERE key = %s),
    starts_at = '2024-03-05 12:00+07', ends_at = '2024-06-05 12:00+07', seats_taken = %s,
    seats = greatest(seats, %s)
WHERE key = (SELECT key FROM classes_courseclass WHERE cancelled_at IS NULL
             AND starts_at > '2025-01-01' ORDER BY seats_taken, key DESC LIMIT 1)
RETURNING key
"""


def draft(office, key, title, effective, lines):
    office.visit("/operate/reforms/")
    office.press("Draft a reform")
    office.fill("Short name", key)
    office.fill("Title", title)
    office.fill("Country", "VN")
    office.fill("In force from", effective)
    office.fill("Lines of the decree", lines)
    office.press("Save and see what it would do")


def figures(office, place, on=""):
    office.visit(f"/places/{place}/" + (f"?on={on}" if on else ""))
    return [row.split() for row in office.page.locator("main table tbody tr").all_inner_texts()]


def test_an_operator_applies_the_reform_and_last_year_is_still_explained(site, known):
    office = known(OPERATOR, lang="vi", width=1280, scripts=False)
    draft(office, "khanh-hoa", "Khánh Hòa trước 2025", "2000-01-01", LAND)
    office.press("Apply the reform")
    office.press("Yes, apply it")
    assert len(site.ask(LAST_YEAR, "vn-22438", 12, 12)) == 1
    assert len(site.ask(LAST_YEAR, "vn-22738", 5, 5)) == 1

    draft(office, "khanh-hoa-2025", "Sắp xếp 2025", "2025-07-01", REFORM)
    assert office.word("It cannot be applied yet") not in office.text()
    preview = office.text()
    assert "Xã Cam Hòa" in preview
    assert office.word("is divided: %(names)s", names="Xã Cam Lâm 22435, Xã Suối Dầu 22441") in (
        preview
    )
    office.press("Apply the reform")
    office.press("Yes, apply it")
    assert office.word("Applied", context="reform") in office.text("main h1")

    # As it was: the old province. On the map of today: with the one that joined it.
    assert figures(office, "vn-56") == [["2024", "12", "17"]]
    assert figures(office, "vn-56", on="2025-06-30") == [["2024", "12", "12"]]
    gone = office.word("It became part of %(names)s.", names="Tỉnh Khánh Hòa")
    office.visit("/places/vn-58/")
    assert gone in office.text()
    # Of the commune that was divided nobody knows how many are its parts'.
    phone = known(OPERATOR, lang="vi", width=360, height=740, scripts=False)
    [[year, was, *now]] = figures(phone, "vn-22435")
    assert (year, was) == ("2024", "0")
    between = phone.word("%(least)s to %(most)s", least="0", most="12")
    assert " ".join(now).startswith(between)
    phone.visit("/places/vn-22438/")
    assert phone.word("Nobody published how many people went where.") in phone.text()
