"""A resident and their own data: agreeing, taking it back, a copy, and being erased in time."""

import json

import pytest

from .site import OPERATOR, new_phone

pytestmark = pytest.mark.journey

PAGE, PURPOSE = "/me/privacy/", "results-to-employer"
CLASS = "photo-songying-sun"


@pytest.fixture
def newcomer(visitor):
    """Somebody new on a phone, with a name and a place in a class; they and their phone number."""
    phone = new_phone()
    one = visitor(width=360, accept_downloads=True)
    one.sign_in(phone)
    one.visit("/me/profile/")
    one.fill("Your name", "测试旅人")
    one.press("Save")
    return one, phone


def consent(visitor, label):
    """Press the one button of the purpose."""
    visitor.press(label, within=f'main form[action="{PAGE}consents/{PURPOSE}/"]')


def test_a_consent_is_given_and_taken_back_as_easily(newcomer):
    resident, _phone = newcomer
    resident.visit("/me/")
    resident.press("My data", within="main")
    assert resident.path == PAGE
    assert resident.page.locator("main input[type=checkbox]").count() == 0
    assert resident.word("You agree") not in resident.text()

    consent(resident, "I agree")
    assert resident.word("You agree") in resident.text()
    consent(resident, "Take it back")
    assert resident.word("You agree") not in resident.text()


def test_a_resident_takes_their_data_with_them(newcomer):
    resident, phone = newcomer
    resident.visit(PAGE)
    resident.press("Make a copy")
    ready = "You can fetch it on the page of your data until %(until)s, then it is deleted."
    resident.site.letter_with(phone, resident.word(ready).partition("%(until)s")[2])
    resident.visit(PAGE)
    files = {}
    for kind in ("PDF", "JSON"):
        link = resident.page.get_by_role("link", name=kind, exact=True)
        with resident.page.expect_download() as coming:
            link.click()
        files[kind] = coming.value.path().read_bytes()

    assert files["PDF"].startswith(b"%PDF")
    text = files["JSON"].decode()
    assert phone in text
    assert "测试旅人" in text
    assert len(json.loads(text)["record_classes"]) > 8


def test_an_erasure_request_is_answered_in_time_and_nothing_is_left(newcomer, known):
    resident, phone = newcomer
    resident.visit(f"/classes/{CLASS}/apply/")
    resident.press("Apply for this class")
    resident.visit(PAGE)
    resident.press("Erase me …")
    resident.press("Yes, erase me")
    assert resident.word("Waits for an answer") in resident.text()
    [[number, person]] = resident.site.ask(
        "SELECT r.number, r.person_id FROM privacy_request r JOIN people_account a USING "
        "(person_id) WHERE a.phone = %s",
        phone,
    )
    resident.site.letter_with(phone, number)

    office = known(OPERATOR)
    office.visit("/operate/")
    office.press("Requests about data", within="main")
    assert office.word("In time") in office.text()
    office.follow(f'main a[href="/operate/requests/{number}/"]')
    assert "测试旅人" in office.text()
    office.fill("What the person shall read", "好的，我们办理。")
    office.press("Grant")
    resident.site.letter_with(phone, "好的，我们办理。")
    office.press("Erase the person now")
    office.press("Yes, erase now")
    assert office.word("Done") in office.text()
    assert "测试旅人" not in office.text()

    resident.visit(PAGE)
    assert resident.path.startswith("/sign-in/")
    left = resident.site.ask(
        "SELECT p.name, (SELECT count(*) FROM people_account WHERE phone = %s), "
        "(SELECT count(*) FROM notices_message m WHERE m.person_id = p.id), "
        "(SELECT count(*) FROM record_fact f WHERE f.person_id = p.id), "
        "(SELECT string_agg(state, '') FROM classes_enrolment e WHERE e.person_id = p.id) "
        "FROM people_person p WHERE p.id = %s",
        phone,
        person,
    )
    assert left == [("", 0, 0, 2, "WITHDRAWN")]
