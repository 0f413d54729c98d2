"""The course editor and the review, as pages."""

import csv
import html
import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from learncity.apps.catalogue import queries, services
from learncity.apps.catalogue.models import Course, Edition
from learncity.kernel.acting import By, Via
from learncity.kernel.texts import LANGUAGES
from learncity.web.pages import course_desk

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def as_(client, account_of):
    client.defaults |= {"HTTP_ACCEPT_LANGUAGE": "en"}

    def sign_in(key):
        client.force_login(account_of(key))
        return client

    return sign_in


def test_a_course_is_written_part_by_part_sent_in_and_published(as_):
    client = as_("demo-provider")
    answer = client.post("/desk/new-course/", {
        "organization": "qiaotou-learning-centre", "called_0": "修自行车",
        "called_2": "Mending bicycles", "category": "HOBBIES",
    })  # fmt: skip
    page = answer.url
    assert page == "/desk/courses/mending-bicycles/"
    assert "Still missing" in client.get(page).content.decode()
    assert client.post(f"{page}send-in/").status_code == 422
    for part, said in {
        "description": {
            "called_0": "修自行车",
            "called_2": "Mending bicycles",
            "summary_2": "Brakes",
        },
        "subject": {"subject": "crafts", "skills": ["repairing-things"], "sdgs": ["12"]},
        "effort": {"effort_total": "600", "credits": "1.5", "credit_unit": "CREDIT"},
        "price": {"learner": "15.50", "city": "100"},
        "languages": {"level": "BEGINNER", "taught_in": ["zh-Hans"]},
        "materials": {"title_0_2": "Spanners", "kind_0": "TOOLS"},
    }.items():
        assert client.post(f"{page}parts/{part}/", said).status_code == 302, part
    shown = client.get(page).content.decode()
    assert "Still missing" not in shown
    assert "not yet translated" in shown
    assert client.post(f"{page}send-in/").status_code == 302
    assert client.get("/courses/mending-bicycles/").status_code == 404

    client = as_("demo-operator")
    assert "修自行车" in client.get("/operate/courses/", HTTP_ACCEPT_LANGUAGE="zh").content.decode()
    review, publish = (
        "/operate/courses/mending-bicycles/",
        "/operate/courses/mending-bicycles/publish/",
    )
    seen = re.search(r"seen=(\w+)", client.get(review).content.decode())[1]
    assert client.post(publish).status_code == 422
    assert client.post(publish, {"seen": "another"}).status_code == 422
    assert queries.find_course("mending-bicycles") is None
    assert client.post(publish, {"seen": seen}).status_code == 302
    with translation.override("en"):
        body = client.get("/courses/mending-bicycles/").content.decode()
    assert "Mending bicycles" in body
    assert "10 hours in all" in body
    found = queries.find_course("mending-bicycles")
    assert (found.credits, found.pays) == (150, {"LEARNER": 1550, "CITY": 10000})
    # What has no Chinese yet is shown in English and says so.
    zh = client.get("/courses/mending-bicycles/", HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    assert "尚未翻译" in zh


def test_effort_is_said_and_is_never_how_long_one_may_apply(client):
    Course.objects.filter(key="online-shop").update(effort_weekly=None, effort_total=None)
    client.defaults |= {"HTTP_ACCEPT_LANGUAGE": "en"}
    body = client.get("/courses/online-shop/").content.decode()
    assert "Effort" not in body


def test_courses_are_compared_in_the_order_asked_for_and_four_at_most(client):
    client.defaults |= {"HTTP_ACCEPT_LANGUAGE": "en"}
    keys = ["online-shop", "cnc-basics", "nowhere", "ai-basics", "baduanjin"]
    body = client.get("/compare/", {"course": keys}).content.decode()
    heads = [body.index(f'href="/courses/{key}/"') for key in ("online-shop", "cnc-basics")]
    assert heads == sorted(heads)
    assert 'href="/courses/baduanjin/"' not in body
    assert "Nothing to compare yet" in client.get("/compare/").content.decode()
    assert (
        'name="q"' not in client.get("/compare/", {"course": keys[:2] + keys[3:]}).content.decode()
    )


def test_a_course_of_any_category_is_looked_for_and_put_beside(client):
    client.defaults |= {"HTTP_ACCEPT_LANGUAGE": "en"}
    chosen, other = queries.find_course("online-shop"), queries.find_course("baduanjin")
    assert chosen.category != other.category
    page = client.get("/compare/", {"course": chosen.key, "q": "Baduanjin"}).content.decode()
    beside = "/compare/?course=online-shop&amp;course=baduanjin"
    assert f'href="{beside}"' in page
    assert '<input type="hidden" name="course" value="online-shop">' in page
    both = client.get(html.unescape(beside)).content.decode()
    assert both.index('href="/courses/online-shop/"') < both.index('href="/courses/baduanjin/"')
    assert (
        'href="/compare/?course=baduanjin"' in client.get("/compare/?q=Baduanjin").content.decode()
    )
    nothing = client.get("/compare/", {"course": chosen.key, "q": "zzqqxx"}).content.decode()
    assert "No other course for “zzqqxx”" in nothing


def test_the_office_suspends_and_lifts(as_):
    client = as_("demo-operator")
    page = "/operate/accreditation/lamplight-night-school/"
    assert client.post(f"{page}suspend/", {"reason": "Fire doors"}).status_code == 422
    said = {"reason": "Fire doors", "evidence": "Visit"}
    assert client.post(f"{page}suspend/", said).status_code == 302
    assert "Suspended" in client.get(page).content.decode()
    assert client.post(f"{page}lift/", {"reason": "Mended"}).status_code == 302


def test_a_course_cannot_be_begun_for_another_organization(as_):
    client = as_("demo-provider")
    answer = client.post("/desk/new-course/", {
        "organization": "lamplight-night-school", "called_2": "X", "category": "HOBBIES",
    })  # fmt: skip
    assert answer.status_code == 422


def test_what_was_changed_elsewhere_too_is_shown_and_chosen(as_):
    key, client = "small-shop-bookkeeping", as_("demo-provider")
    page = f"/desk/courses/{key}/"
    said = {"level": "IMPROVER", "audiences": ["WOMEN"], "taught_in": ["zh-Hans"]}
    assert client.post(f"{page}parts/languages/", said).status_code == 302
    description = client.get(f"{page}parts/description/").content.decode()
    Course.objects.filter(key=key).update(level="ADVANCED", needs={"en": "Changed by the office"})

    shown = client.get(page).content.decode()
    assert "changed elsewhere meanwhile" in shown
    assert f"{page}send-in/" not in shown
    choose = client.get(f"{page}choose/").content.decode()
    assert "What was written here: " in choose
    assert client.post(f"{page}choose/").status_code == 422
    seen = re.search(r'name="seen" value="(\w+)"', choose)[1]
    Course.objects.filter(key=key).update(level="BEGINNER")
    answer = client.post(f"{page}choose/", {"level": "theirs", "seen": seen})
    # What nobody was shown is not chosen; shown now, nothing is ticked.
    assert answer.status_code == 422
    assert " checked" not in answer.content.decode()
    Course.objects.filter(key=key).update(level="ADVANCED")
    said = {"level": "theirs", "seen": seen}
    assert client.post(f"{page}choose/", said).status_code == 302
    assert "changed elsewhere meanwhile" not in client.get(page).content.decode()
    assert queries.find_edition(key).said["level"] == "ADVANCED"

    # A form that was open all the while brings back nothing of what it showed.
    fields = {m[1]: m[2] for m in re.finditer(r'<input[^>]* name="(called_\d)" value="([^"]*)"',
                                              description)}  # fmt: skip
    was = html.unescape(re.search(r'name="was" value="([^"]*)"', description)[1])
    before = json.loads(was)
    texts = {f"{name}_{n}": before[name].get(tag, "")
             for name in ("summary", "needs") for n, tag in enumerate(LANGUAGES)}  # fmt: skip
    said = {**fields, **texts, "called_2": "Another", "was": was}
    assert client.post(f"{page}parts/description/", said).status_code == 302
    now = queries.find_edition(key).said
    assert (now["title"]["en"], now["needs"]) == ("Another", {"en": "Changed by the office"})


@pytest.mark.parametrize("was", ["", "[", "[]", "{}", '{"title":1,"summary":2,"needs":3}'])
def test_what_a_form_showed_may_be_anything(as_, was):
    page = "/desk/courses/small-shop-bookkeeping/parts/description/"
    said = {"called_2": "Another", "summary_2": "Brakes", "was": was}
    assert as_("demo-provider").post(page, said).status_code == 302
    assert queries.find_edition("small-shop-bookkeeping").said["title"] == {"en": "Another"}


def sheet(answer):
    return list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))


def test_what_the_desk_and_the_office_see_is_fetched_as_a_sheet(as_):
    client = as_("demo-provider")
    head, *own = sheet(client.get("/desk/courses/?as=csv"))
    assert head == ["Key", "Course", "Offered by", "State", "Last written", "Sent in"]
    keys = {line[0] for line in own}
    assert "small-shop-bookkeeping" in keys
    assert "cnc-basics" not in keys

    client.post("/desk/courses/small-shop-bookkeeping/parts/price/", {"learner": "0"})
    client.post("/desk/courses/small-shop-bookkeeping/send-in/")
    client = as_("demo-operator")
    assert "Longest wait" in client.get("/operate/courses/").content.decode()
    _head, first, *_rest = sheet(client.get("/operate/courses/?as=csv"))
    key, _name, shown, drafts, waiting, returned, since, *_texts = first
    # Whose course waits longest comes first.
    assert (key, drafts, waiting, returned) == ("qiaotou-learning-centre", "0", "1", "0")
    assert int(shown) == Course.objects.filter(provider__key=key, is_shown=True).count()
    assert since
    assert queries.decided(timezone.now() - timedelta(days=90))[0] == 0


def test_what_waits_is_said_at_the_office_and_what_was_sent_back_counts_once(as_):
    client = as_("demo-provider")
    client.post("/desk/new-course/", {
        "organization": "qiaotou-learning-centre", "called_2": "Mending bicycles",
        "category": "HOBBIES",
    })  # fmt: skip
    page = "/desk/courses/mending-bicycles/"
    provider_id = queries.find_edition("mending-bicycles").provider_id
    assert "Courses to review</a>" in as_("demo-operator").get("/operate/").content.decode()
    assert stand(provider_id) == (1, 0, 0)

    client = as_("demo-provider")
    for part, said in {
        "description": {"called_2": "Mending bicycles", "summary_2": "Brakes"},
        "subject": {"subject": "crafts"},
        "effort": {"effort_total": "600"},
        "price": {"learner": "0"},
        "languages": {"level": "BEGINNER", "taught_in": ["zh-Hans"]},
    }.items():
        assert client.post(f"{page}parts/{part}/", said).status_code == 302, part
    assert client.post(f"{page}send-in/").status_code == 302
    assert stand(provider_id) == (0, 1, 0)

    client = as_("demo-operator")
    assert "Courses to review · 1</a>" in client.get("/operate/").content.decode()
    back = "/operate/courses/mending-bicycles/send-back/"
    assert client.post(back, {"reason": "Say for whom"}).status_code == 302
    assert stand(provider_id) == (0, 0, 1)
    assert queries.count_to_review() == 0


def stand(provider_id):
    how = queries.standings()[provider_id]
    return how.drafts, how.waiting, how.returned


def test_a_reviewer_reads_what_would_change_and_nothing_else(as_):
    page = "/operate/courses/small-shop-bookkeeping/"
    client = as_("demo-provider")
    desk = "/desk/courses/small-shop-bookkeeping/"
    said = {"called_0": "新名字", "summary_0": "太短"}
    assert client.post(f"{desk}parts/description/", said).status_code == 302
    assert client.post(f"{desk}send-in/").status_code == 302
    client = as_("demo-operator")
    body = client.get(page).content.decode()
    table = body[body.index("<tbody") : body.index("</tbody>")]
    assert "新名字" in table
    assert "Bookkeeping for a small shop" in table  # was there, and goes
    assert "You pay" not in table  # stays


def test_the_sheet_of_the_office_reads_its_columns_in_one_query(as_):
    client = as_("demo-operator")
    client.get("/desk/courses/")
    with CaptureQueriesContext(connection) as ran:
        _head, *lines = sheet(client.get("/desk/courses/?as=csv"))
    assert len(lines) == Course.objects.filter(ended_at=None).count()
    asked = [q["sql"] for q in ran if "catalogue_" in q["sql"]]
    assert len(asked) == 1, asked
    assert "summary" not in asked[0]


def test_the_queue_of_reviews_has_pages(as_, monkeypatch):
    monkeypatch.setattr(course_desk, "SIZE", 2)
    at = timezone.now()
    courses = list(Course.objects.filter(is_shown=True).order_by("key")[:3])
    Edition.objects.bulk_create(
        Edition(course=c, stated={"title": {}}, state="IN_REVIEW", edited_at=at,
                submitted_at=at - timedelta(days=n))
        for n, c in enumerate(courses)
    )  # fmt: skip
    client = as_("demo-operator")
    first, second = (
        re.findall(r'href="/operate/courses/([a-z0-9-]+)/"', client.get(path).content.decode())
        for path in ("/operate/courses/", "/operate/courses/?page=2")
    )
    assert sorted({*first}) == sorted(c.key for c in courses[1:])
    assert {*second} == {courses[0].key}


BOOKS = "small-shop-bookkeeping"
PAGE = f"/desk/courses/{BOOKS}/"


def changes(client):
    body = client.get(f"/operate/courses/{BOOKS}/").content.decode()
    return body[body.index("<tbody") : body.index("</tbody>")] if "<tbody" in body else ""


def write(account_of, **said):
    by = By(account_of("demo-provider").person_id, Via.API)
    services.write_edition(key=BOOKS, said=said, by=by, at=timezone.now())


def test_a_reviewer_sees_what_changes_in_either_chinese_script(as_, account_of):
    before = queries.find_course(BOOKS).title
    Course.objects.filter(key=BOOKS).update(title={**before, "zh-Hant": "記帳"})
    write(account_of, title={**before, "zh-Hans": "新记账", "zh-Hant": "記帳"})
    assert as_("demo-provider").post(f"{PAGE}send-in/").status_code == 302
    client = as_("demo-operator")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    assert "新记账" in changes(client)
    assert "繁體中文" not in changes(client)


def test_a_reviewer_sees_the_kind_of_a_material_and_in_which_language_it_is_called(as_, account_of):
    said = {"title": {"vi": "Sách"}, "kind": "BOOK", "link": "", "licence": ""}
    Course.objects.filter(key=BOOKS).update(materials=[said])
    write(account_of, materials=[{**said, "kind": "TOOLS"}])
    assert as_("demo-provider").post(f"{PAGE}send-in/").status_code == 302
    table = changes(as_("demo-operator"))
    assert table.count('<span lang="vi">Sách</span>') == 2
    assert "Tools" in table


def form_of(client, part):
    """What a browser would send back of a form that nobody touched."""
    body = client.get(f"{PAGE}parts/{part}/").content.decode()
    said = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', body))
    said |= dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n?([^<]*)</textarea>', body))
    ticked = re.findall(r'<input[^>]* name="([^"]+)" value="([^"]*)"[^>]* checked', body)
    for name in {name for name, _value in ticked}:
        said[name] = [value for one, value in ticked if one == name]
    for name, options in re.findall(
        r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', body, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)"[^>]* selected', options)
        said[name] = chosen[1] if chosen else ""
    return {
        name: html.unescape(value).replace("\n", "\r\n") if isinstance(value, str) else value
        for name, value in said.items()
    }


def test_an_untouched_form_writes_nothing_whatever_ends_its_lines(as_):
    before = queries.find_course(BOOKS)
    lines = {**before.summary, "en": "Books\nand balances"}
    Course.objects.filter(key=BOOKS).update(summary=lines)
    client = as_("demo-provider")
    said = form_of(client, "description")
    assert said["summary_2"] == "Books\r\nand balances"
    assert client.post(f"{PAGE}parts/description/", said).status_code == 302
    assert queries.find_edition(BOOKS).said["summary"] == lines


def test_the_editor_keeps_the_languages_that_it_does_not_show(as_, account_of):
    book = {"title": {"en": "A book", "zh-Hant": "書"}, "kind": "BOOK", "link": "", "licence": ""}
    hidden = {"title": {"zh-Hant": "筆"}, "kind": "TOOLS", "link": "", "licence": ""}
    gone = {"title": {"en": "Gone", "zh-Hant": "沒有"}, "kind": "BOOK", "link": "", "licence": ""}
    before = queries.find_edition(BOOKS).said
    write(account_of, title={**before["title"], "zh-Hant": "記帳"}, needs={"zh-Hant": "無"},
          taught_in=["zh-Hans", "zh-Hant"], materials=[book, hidden, gone])  # fmt: skip
    client = as_("demo-provider")
    for part, change in {
        "description": {"called_2": "Bookkeeping!"},
        "languages": {"level": "ADVANCED"},
        "materials": {"title_0_2": "Another book", "title_2_2": ""},
    }.items():
        said = form_of(client, part) | change
        assert client.post(f"{PAGE}parts/{part}/", said).status_code == 302, part
    now = queries.find_edition(BOOKS).said
    assert (now["title"]["en"], now["title"]["zh-Hant"]) == ("Bookkeeping!", "記帳")
    assert (now["needs"], now["taught_in"]) == ({"zh-Hant": "無"}, ["zh-Hans", "zh-Hant"])
    assert now["level"] == "ADVANCED"
    titles = [one["title"] for one in now["materials"]]
    assert titles == [{"en": "Another book", "zh-Hant": "書"}, {"zh-Hant": "筆"}]


@pytest.mark.parametrize(
    ("part", "field", "mine", "now", "named"),
    [
        ("description", "called_2", "Mine", {"title": {"en": "Hers"}}, "Hers"),
        ("languages", "level", "IMPROVER", {"level": "ADVANCED"}, "Advanced"),
        ("effort", "effort_total", "6000", {"effort_weekly": 60, "effort_total": 660}, "11 hours"),
    ],
)
def test_of_two_colleagues_the_later_sees_what_the_other_wrote_and_loses_nothing(
    as_, account_of, part, field, mine, now, named
):
    client = as_("demo-provider")
    said = form_of(client, part) | {field: mine}
    write(account_of, **now)
    answer = client.post(f"{PAGE}parts/{part}/", said)
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "while you had it open" in body
    assert named in body
    assert mine in body
    assert queries.find_edition(BOOKS).said | now == queries.find_edition(BOOKS).said
    # Who has seen it may put it in its place.
    said["was"] = html.unescape(re.search(r'name="was" value="([^"]*)"', body)[1])
    assert client.post(f"{PAGE}parts/{part}/", said).status_code == 302
    stands = queries.find_edition(BOOKS).said
    assert mine in (stands["title"].get("en"), stands["level"], str(stands["effort_total"]))
