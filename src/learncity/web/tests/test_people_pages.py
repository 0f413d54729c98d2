"""People at the city office, and one's own numbers: masked, written down, and in no address."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from learncity.apps.assertions import queries as assertions
from learncity.apps.assertions import services as assertion_services
from learncity.apps.people import queries as people
from learncity.apps.people import services
from learncity.apps.people.factories import make_person
from learncity.apps.people.types import IdentifierKind, MergeReason, Number
from learncity.apps.privacy import queries as privacy
from learncity.kernel.acting import COMMAND, By, Via
from learncity.kernel.ids import uuid7
from learncity.kernel.models import AuditEntry

PEOPLE = "/operate/people/"
ID = Number(IdentifierKind.NATIONAL_ID, "VN", "058094123456")
NEW = {
    "name": "Lê Thị Ánh", "born": "1990", "language": "vi", "phone": "154 9999 0003",
    "kind": "NATIONAL_ID VN", "issuer": "", "number": "058 094 123 456", "home": "",
    "hometown": "Huế", "groups": ["migrant-worker"],
}  # fmt: skip


@pytest.fixture
def office(signed_in):
    return signed_in("demo-operator")


def add(person, number=ID):
    return services.add_identifier(person_id=person, number=number, by=COMMAND, at=timezone.now())


def text_of(answer):
    return answer.content.decode()


def register(office, **said):
    return office.post(f"{PEOPLE}new/", NEW | {"id": str(uuid7())} | said)


def found(office, text):
    answer = office.post(PEOPLE, {"q": text})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    return re.findall(rf'<a href="{PEOPLE}([0-9a-f-]{{36}})/">', text_of(answer))


# Looking.


def test_people_are_found_by_name_and_by_whole_number_and_shown_masked(office):
    person = make_person("Nguyễn Văn Ân")
    add(person)

    for text in ("nguyen van an", "058 094 123 456"):
        assert found(office, text) == [str(person)]
    page = text_of(office.post(PEOPLE, {"q": "058094123456"}))
    assert "**** 3456" in page
    assert page.count("058094123456") == 1  # in the field, as it was typed
    assert "058094123456" not in text_of(office.get(f"{PEOPLE}{person}/"))


def test_who_is_not_there_can_be_registered_from_the_empty_list(office):
    page = text_of(office.post(PEOPLE, {"q": "nobody of this name"}))
    assert f"{PEOPLE}new/" in page
    assert "没有找到" in page


def test_turning_the_page_goes_on_after_the_last_name(office):
    first = text_of(office.get(PEOPLE))
    after = re.search(r'name="after" value="([0-9a-f-]{36})"', first)[1]
    links = rf'<a href="{PEOPLE}([0-9a-f-]{{36}})/">'
    second = re.findall(links, text_of(office.post(PEOPLE, {"q": "", "after": after})))

    assert re.findall(links, first)[-1] == after
    assert len(second) == 50
    assert not set(second) & set(re.findall(links, first))


def test_every_search_and_look_is_in_the_trail_without_a_name(office, account_of):
    person = make_person("Nguyễn Văn Ân")
    found(office, "nguyen van an")
    office.get(f"{PEOPLE}{person}/")

    trail = [(e.action, e.detail) for e in AuditEntry.objects.order_by("at", "id")]
    assert trail[-2:] == [
        ("people.searched", {"found": 1, "how": "PAGE"}),
        ("people.person_read", {"how": "PAGE"}),
    ]
    page = text_of(office.get("/operate/"))
    assert "查找了人员" in page
    assert "people.searched" not in page


def test_nobody_is_not_found(office):
    assert office.get(f"{PEOPLE}{uuid7()}/").status_code == 404


# Registering.


def test_a_registered_person_has_all_that_was_said(office):
    answer = register(office)
    assert answer.status_code == 302
    page = text_of(office.get(answer.url))

    for words in ("Lê Thị Ánh", "1990", "Huế", "**** 3456", "**** 0003", "农民工"):
        assert words in page


def test_a_form_sent_twice_registers_once(office):
    said = {"id": str(uuid7())}
    assert register(office, **said).url == register(office, **said).url
    assert len(found(office, "le thi anh")) == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": ""}, "name"),
        ({"number": "123"}, "number"),
        ({"kind": "PASSPORT", "number": "C1234567"}, "issuer"),
        ({"phone": "abc"}, "phone"),
        ({"born": "1066"}, "born"),
    ],
)
def test_a_mistake_is_said_at_its_field_and_keeps_what_was_typed(office, said, field):
    answer = register(office, **said)

    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in text_of(answer)
    assert 'value="Huế"' in text_of(answer)


def test_whose_number_is_known_leads_to_the_record_that_holds_it(office):
    person = make_person()
    add(person)
    answer = register(office)

    assert answer.status_code == 422
    assert f'href="{PEOPLE}{person}/"' in text_of(answer)


# Numbers.


def test_a_whole_number_is_shown_once_for_a_reason(office):
    person = make_person()
    path = f"{PEOPLE}{person}/numbers/{add(person).id}/"

    assert "058094123456" not in text_of(office.get(path))
    refused = office.post(path, {})
    assert refused.status_code == 422
    assert "058094123456" not in text_of(refused)
    shown = office.post(path, {"reason": "COMPARE_DOCUMENT"})
    assert "058094123456" in text_of(shown)
    assert "no-store" in shown.headers["Cache-Control"]
    entry = AuditEntry.objects.get(action="people.identifier_revealed")
    assert entry.detail["reason"] == "COMPARE_DOCUMENT"


def test_a_number_is_added_and_ended_at_the_office(office):
    person, other = make_person(), make_person()
    add(other)
    said = {"kind": "NATIONAL_ID VN", "issuer": "", "number": "058094123457"}

    taken = office.post(f"{PEOPLE}{person}/numbers/", said | {"number": "058094123456"})
    assert taken.status_code == 422
    assert f'href="{PEOPLE}{other}/"' in text_of(taken)
    assert office.post(f"{PEOPLE}{person}/numbers/", said | {"number": "1"}).status_code == 422
    assert office.post(f"{PEOPLE}{person}/numbers/", said).status_code == 302
    (held,) = people.identifiers_of(person)
    assert office.post(f"{PEOPLE}{person}/numbers/{held.id}/end/").status_code == 302
    assert people.identifiers_of(person) == []


def test_groups_and_home_are_changed_at_the_office(office):
    person = make_person()
    group, home = f"{PEOPLE}{person}/groups/", f"{PEOPLE}{person}/home/"
    place = re.findall(r'<option value="([0-9a-f-]{36})"', text_of(office.get(f"{PEOPLE}new/")))[3]

    office.post(group, {"group": "apprentice"})
    office.post(home, {"home": place})
    assert [m.group.key for m in people.memberships_of(person)] == ["apprentice"]
    assert str(people.persons([person])[person].home_id) == place
    office.post(group, {"group": "apprentice", "leave": "1"})
    assert people.memberships_of(person) == []
    assert office.post(group, {"group": "astronaut"}).status_code == 404
    assert office.post(home, {"home": str(person)}).status_code == 404
    done = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"people.group_joined", "people.group_left", "people.home_changed"} <= done


def test_that_a_number_is_somebody_elses_is_told_so_often_and_no_more(office, settings):
    """Which numbers there are is not tried out: not on this page, not by registering."""
    limits = settings.ACCOUNT_RATE_LIMITS
    settings.ACCOUNT_RATE_LIMITS = limits | {"meet_number": "3/h/key"}
    add(make_person())
    person = make_person()
    path = f"{PEOPLE}{person}/numbers/"
    said = {"kind": "NATIONAL_ID VN", "issuer": "", "number": "058094123456"}
    # What nobody has counts not, nor what cannot be.
    for n in range(4):
        passport = {"kind": "PASSPORT", "issuer": "VN", "number": f"C123456{n}"}
        assert office.post(path, passport).status_code == 302
        assert office.post(path, passport | {"number": "1"}).status_code == 422

    told = "另一份记录已有它"
    for _ in range(2):
        answer = office.post(path, said)
        assert (answer.status_code, told in text_of(answer)) == (422, True)
    assert told in text_of(register(office))
    refused = [office.post(path, said), office.post(path, said | {"number": "058094123457"})]
    for answer in (*refused, register(office, number="058094123458")):
        assert (answer.status_code, told in text_of(answer)) == (422, False)
        assert "请等一小时" in text_of(answer)

    entries = AuditEntry.objects.filter(action="people.number_taken").order_by("id")
    assert [e.subject for e in entries] == [f"person {person}"] * 2 + ["people"]
    assert [e.detail for e in entries] == [{}] * 3


# Merging.


def test_two_records_are_compared_merged_and_separated(office):
    keep, other = make_person("Nguyễn Văn Ân", born=1990), make_person("NGUYEN VAN AN", born=1990)
    add(other)
    page = text_of(office.get(f"{PEOPLE}{keep}/"))
    preview = f"{PEOPLE}{keep}/merge/{other}/"
    assert f'href="{preview}"' in page

    search = text_of(office.post(f"{PEOPLE}{keep}/merge/", {"q": "058094123456"}))
    assert f'href="{preview}"' in search
    compared = text_of(office.get(preview))
    assert "**** 3456" in compared
    assert office.post(preview, {}).status_code == 422
    assert office.post(preview, {"reason": "SAME_DOCUMENT"}).url == f"{PEOPLE}{keep}/"

    assert office.get(f"{PEOPLE}{other}/").url == f"{PEOPLE}{keep}/"
    merged = text_of(office.get(f"{PEOPLE}{keep}/"))
    assert "**** 3456" in merged
    assert f"{PEOPLE}{keep}/separate/{other}/" in merged
    assert office.post(f"{PEOPLE}{make_person()}/merge/{other}/", {"reason": "SAME_DOCUMENT"}
                       ).status_code == 422  # fmt: skip
    office.post(f"{PEOPLE}{keep}/separate/{other}/")
    assert office.get(f"{PEOPLE}{other}/").status_code == 200
    assert "**** 3456" not in text_of(office.get(f"{PEOPLE}{keep}/"))


def test_the_preview_marks_what_differs_and_warns_of_two_years_of_birth(office):
    one, two = make_person("王芳", born=1970), make_person("王芳", born=1990)
    alike = make_person("王芳", born=1970)
    warning = "两个出生年份不一样"

    apart = office.get(f"{PEOPLE}{one}/merge/{two}/")
    assert warning in text_of(apart)
    assert apart.context["rows"][0]["cells"][2]["note"] == "不一样"
    assert [c["label"] for c in apart.context["columns"][1:]] == ["王芳（保留）", "王芳（并入）"]
    same = office.get(f"{PEOPLE}{one}/merge/{alike}/")
    assert warning not in text_of(same)
    assert "不一样" not in text_of(same)


def test_both_accounts_of_a_merged_person_show_one_inbox_and_one_record(client, office):
    from learncity.apps.classes import services as classes
    from learncity.apps.classes.factories import OPENING, make_class
    from learncity.kernel.acting import By, Via

    one, two = make_person("甲", account=True), make_person("乙", account=True)
    mine = classes.apply(class_key=make_class(), person_id=one, by=By(one, Via.WEB), at=OPENING)
    services.merge(
        keep=one, other=two, reason=MergeReason.PERSON_SAYS, by=COMMAND, at=timezone.now()
    )
    client.force_login(people.find_account(two))

    for path in ("/me/classes/", f"/me/places/{mine.receipt}/"):
        assert mine.receipt in text_of(client.get(path))
    assert text_of(client.get("/me/record/")).count("<time>") == 1
    assert text_of(client.get("/me/messages/")).count("/me/messages/0") == 1


# One's own.


def test_one_s_own_numbers_are_masked_added_and_taken_away(signed_in, account_of):
    client, me = signed_in("demo-worker"), account_of("demo-worker").person_id
    said = {"kind": "NATIONAL_ID VN", "issuer": "", "number": "058094123456"}

    assert client.post("/me/numbers/", said | {"number": "1"}).status_code == 422
    assert client.post("/me/numbers/", said).status_code == 302
    for path in ("/me/numbers/", "/me/profile/"):
        page = text_of(client.get(path))
        assert "**** 3456" in page
        assert "058094123456" not in page
    assert 'value="PHONE"' not in text_of(client.get("/me/numbers/"))
    (held,) = people.identifiers_of(me)
    assert held.own
    client.post(f"/me/numbers/{held.id}/end/")
    assert people.identifiers_of(me) == []


def test_a_number_of_another_is_refused_without_saying_whose(signed_in):
    holder = make_person("某某某")
    add(holder)
    said = {"kind": "NATIONAL_ID VN", "issuer": "", "number": "058094123456"}
    answer = signed_in("demo-worker").post("/me/numbers/", said)

    assert answer.status_code == 422
    assert "某某某" not in text_of(answer)
    assert str(holder) not in text_of(answer)


def test_the_profile_keeps_groups_home_and_home_town(signed_in, account_of):
    client, me = signed_in("demo-worker"), account_of("demo-worker").person_id
    page = text_of(client.get("/me/profile/"))
    place = re.findall(r'<option value="([0-9a-f-]{36})"', page)[2]
    said = {"name": "刘建军", "language": "zh-Hans", "home": place, "hometown": "河南周口"}

    # Out of what the city's file says of them.
    client.post("/me/profile/", said | {"groups": []})
    client.post("/me/profile/", said | {"groups": ["migrant-worker", "apprentice"]})
    client.post("/me/profile/", said | {"groups": ["migrant-worker", "student"]})

    assert [m.group.key for m in people.memberships_of(me)] == ["migrant-worker", "student"]
    assert all(m.own for m in people.memberships_of(me))
    page = text_of(client.get("/me/profile/"))
    assert 'value="河南周口"' in page
    assert re.search(r'value="migrant-worker"[^>]* checked', page)
    assert len(people.residences_of(me)) == 2


# What a page asks; signed-in pages add session, account, roles and unread messages.


def count(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_pages_about_people_cost_few_queries_however_much_is_known(office):
    person, other = make_person("Nguyễn Văn Ân", born=1990), make_person()
    paths = (PEOPLE, f"{PEOPLE}new/", f"{PEOPLE}{person}/", f"{PEOPLE}{person}/merge/{other}/")
    before = [count(office, path) for path in paths]
    assert before == [11, 6, 19, 23]

    for n in range(4):
        add(person, Number(IdentifierKind.PASSPORT, "VN", f"C123456{n}"))
        services.join_group(
            person_id=person, group_key=["apprentice", "student", "migrant-worker",
                                         "rural-teacher"][n], by=COMMAND, at=timezone.now(),
        )  # fmt: skip
    first = [count(office, path) for path in paths]
    more = make_person("Nguyễn Văn Ân", born=1990), make_person("Nguyễn Văn Ân", born=1990)
    with_duplicates = count(office, paths[2])
    for one in (make_person(), make_person()):
        services.merge(keep=person, other=one, reason=MergeReason.PERSON_SAYS, by=COMMAND,
                       at=timezone.now())  # fmt: skip

    assert len(more) == 2
    assert first == before
    assert with_duplicates == before[2] + 2
    assert count(office, paths[2]) == with_duplicates + 1


# Papers.

PAPER = {"on": "2026-11-02", "channel": "COUNTER", "paper": "Binder 7, sheet 12"}


def test_a_consent_on_paper_is_entered_and_seen_with_where_it_is(office, account_of):
    worker = account_of("demo-worker").person_id
    path = f"{PEOPLE}{worker}/consents/"
    said = PAPER | {"text": "name-on-lists 1", "decision": "GIVEN"}
    assert "Binder 7" not in text_of(office.get(path))
    assert office.post(path, said).status_code == 302
    assert office.post(path, said).status_code == 302
    page = text_of(office.get(path))
    assert page.count("Binder 7, sheet 12") == 1
    assert privacy.has_consent(worker, "name-on-lists", at=timezone.now())
    assert AuditEntry.objects.filter(action="privacy.consent_entered").count() == 1
    looks = AuditEntry.objects.filter(action="people.person_read", detail__how="CONSENTS")
    assert looks.count() == 2
    for wrong in ({"paper": ""}, {"on": "2099-01-01"}, {"text": "name-on-lists 9"}):
        assert office.post(path, said | wrong).status_code == 422


def test_a_request_on_paper_is_entered_and_its_case_shows_the_day(office, account_of):
    worker = account_of("demo-worker").person_id
    path = f"{PEOPLE}{worker}/requests/"
    answer = office.post(path, PAPER | {"kind": "ACCESS", "words": "Everything"}, follow=True)
    (asked,) = privacy.requests_of(worker)
    assert answer.redirect_chain == [(f"/operate/requests/{asked.number}/", 302)]
    assert "Binder 7, sheet 12" in text_of(answer)
    assert timezone.localdate(asked.received_at).isoformat() == "2026-11-02"
    refused = office.post(path, PAPER | {"kind": "ACCESS", "paper": "Another"})
    assert refused.status_code == 422
    assert office.post(path, PAPER | {"kind": "ACCESS", "on": ""}).status_code == 422


def test_papers_cost_few_queries_however_much_was_said(office, account_of):
    worker = account_of("demo-worker").person_id
    paths = [f"{PEOPLE}{worker}/{name}/" for name in ("consents", "requests")]
    before = [count(office, path) for path in paths]
    assert before == [12, 9]
    for decision in ("GIVEN", "WITHDRAWN"):
        said = PAPER | {"text": "name-on-lists 1", "decision": decision}
        assert office.post(paths[0], said).status_code == 302
    assert [count(office, path) for path in paths] == before


# Work.


def test_work_is_said_on_the_profile_and_seen_at_the_desk(signed_in, account_of):
    worker = account_of("demo-worker").person_id
    client = signed_in("demo-worker")
    said = {"employer": "河边小厂", "post": "装配", "pattern": "TWO_SHIFT", "since": "2026-03-01"}
    assert client.post("/me/work/", said).status_code == 302
    then = {"employer_key": "liqiao-precision", "pattern": "NIGHT", "since": "2026-05-01"}
    assert client.post("/me/work/", then).status_code == 302
    for path in ("/me/work/", "/me/profile/"):
        page = text_of(client.get(path))
        assert "河边小厂" in page
        assert "装配" in page
    assert client.post("/me/work/", {"since": "2026-05-01"}).status_code == 422
    assert client.post("/me/work/", said | {"since": "2099-01-01"}).status_code == 422
    desk = signed_in("demo-operator")
    assert "河边小厂" in text_of(desk.get(f"{PEOPLE}{worker}/"))


def test_the_form_saved_as_it_is_shown_ends_no_work(signed_in, account_of):
    worker = account_of("demo-worker").person_id
    for key, value, since in (
        ("employed", "里桥小厂", date(2026, 3, 1)),
        ("shifts", {"pattern": "TWO_SHIFT", "days": []}, date(2026, 5, 1)),
    ):
        assertion_services.state(
            person_id=worker, key=key, value=value, at_key=None, since=since, until=None,
            by=By(worker, Via.WEB), at=timezone.now(),
        )  # fmt: skip
    client = signed_in("demo-worker")
    shown = client.get("/me/work/").context["form"].initial

    assert client.post("/me/work/", shown).status_code == 302

    on = timezone.localdate()
    known = assertions.assertions([worker], ["employed", "shifts"], on=on)[worker]
    assert (known["employed"].value, known["shifts"].value["pattern"]) == ("里桥小厂", "TWO_SHIFT")


def test_ones_work_costs_the_same_queries_however_often_it_changed(signed_in):
    client = signed_in("demo-worker")
    before = count(client, "/me/work/")
    for month in range(1, 7):
        said = {"post": f"{month}", "since": f"2026-0{month}-01"}
        assert client.post("/me/work/", said).status_code == 302
    assert count(client, "/me/work/") == before == 6
