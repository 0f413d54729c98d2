"""Two records are merged at the desk by mistake and separated again: everything is what it was."""

import pytest

from .site import OPERATOR, new_phone

pytestmark = pytest.mark.journey

NAME, PASSPORT, CLASS = "测试旅人乙", "E12345678", "photo-songying-sun"
# All that hangs on a person, of both records, as it stands in the database.
TABLES = (
    "people_account",
    "people_identifier",
    "people_membership",
    "people_residence",
    "classes_enrolment",
    "notices_message",
    "record_fact",
    "households_membership",
    "privacy_consent",
)


def everything(site, *persons):
    """Every row that leads to these records, table by table; not that they were told of it."""
    return {
        table: site.ask(
            f"SELECT to_jsonb(t) - 'read_at' FROM {table} t WHERE person_id = ANY(%s::uuid[]) "
            "AND coalesce(to_jsonb(t) ->> 'kind', '') NOT IN ('people.joined', 'people.separated') "
            "ORDER BY id",
            list(persons),
        )
        for table in TABLES
    } | {"people_person": site.ask("SELECT to_jsonb(p) FROM people_person p ORDER BY id")}


@pytest.fixture
def newcomer(visitor):
    """Somebody with a new phone: a home, a group, a place in a class, a family, a consent."""
    phone = new_phone()
    one = visitor(width=360, height=740, scripts=False)
    one.sign_in(phone)
    one.visit("/me/profile/")
    one.fill("Your name", NAME)
    one.page.locator("select[name=home]").select_option(index=3)
    one.page.locator("input[name=groups][value=apprentice]").check()
    one.press("Save")
    one.visit(f"/classes/{CLASS}/apply/")
    one.press("Apply for this class")
    one.visit("/me/household/new/")
    one.fill("Its name", "乙家")
    one.page.locator("main form button").first.click()
    one.visit("/me/privacy/")
    one.press("I agree", within='main form[action="/me/privacy/consents/results-to-employer/"]')
    return one, phone


def registered(office):
    """The same name, registered at the desk with a passport and a group; its page."""
    office.visit("/operate/people/new/")
    office.fill("Name", NAME)
    office.page.locator("select[name=kind]").select_option("PASSPORT")
    office.fill("Who gave it out", "CN")
    office.page.locator("input[name=number]").fill(PASSPORT)
    office.page.locator("input[name=groups][value=senior-citizen]").check()
    office.press("Register")
    return office.path


def own_pages(one):
    """What the newcomer sees of their own."""
    shown = {}
    for path in ("/me/classes/", "/me/numbers/", "/me/household/", "/me/record/", "/me/privacy/"):
        one.visit(path)
        shown[path] = one.text()
    return shown


def test_what_was_merged_by_mistake_comes_apart_exactly(site, known, newcomer):
    one, phone = newcomer
    [[other]] = site.ask("SELECT person_id::text FROM people_account WHERE phone = %s", phone)
    office = known(OPERATOR, width=1280, scripts=False)
    page = registered(office)
    keep = page.rstrip("/").rpartition("/")[2]
    desk_before, own_before = office.text(), own_pages(one)
    rows_before = everything(site, keep, other)
    assert PASSPORT[-4:] in desk_before
    assert phone[-4:] not in desk_before
    assert PASSPORT[-4:] not in own_before["/me/numbers/"]

    # Merged: what the preview says is what is seen together.
    office.visit(page)
    office.press("Merge with another record")
    office.fill("Name, phone, e-mail or whole number", phone)
    office.press("Look up")
    office.follow(f'main a[href$="/merge/{other}/"]')
    assert "乙家" in office.text()
    office.page.get_by_label(office.word("They were registered twice by mistake")).check()
    office.press("Merge them")
    assert office.path == page
    merged = office.text()
    assert phone[-4:] in merged
    assert PASSPORT[-4:] in merged
    for group in ("apprentice", "senior-citizen"):
        [[name]] = site.ask("SELECT name->>'zh-Hans' FROM people_group WHERE key = %s", group)
        assert name in merged
    assert PASSPORT[-4:] in own_pages(one)["/me/numbers/"]
    office.visit(f"/operate/people/{other}/")
    assert office.path == page
    # Nothing was moved.
    assert everything(site, keep, other) == rows_before

    # Separated: each record, each page is what it was.
    office.press("Separate")
    assert office.path == page
    assert everything(site, keep, other) == rows_before
    assert phone[-4:] not in office.text("main .two section")
    assert own_pages(one) == own_before
    office.visit(f"/operate/people/{other}/")
    assert office.path == f"/operate/people/{other}/"
    assert PASSPORT[-4:] not in office.text("main .two section")
    [[merges, living]] = site.ask(
        "SELECT count(*), count(*) FILTER (WHERE ended_at IS NULL) FROM people_merge "
        "WHERE kept_id = %s::uuid",
        keep,
    )
    assert (merges, living) == (1, 0)
    said = site.ask(
        "SELECT action FROM kernel_auditentry WHERE subject = %s AND action LIKE 'people.%%merged' "
        "ORDER BY at",
        f"person {keep}",
    )
    assert said == [("people.merged",), ("people.unmerged",)]
