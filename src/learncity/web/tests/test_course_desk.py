"""The course editor and the review, as pages."""

import csv
import html
import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from learncity.apps.catalogue import queries
from learncity.apps.catalogue.models import Course
from learncity.kernel.texts import LANGUAGES

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
    assert client.post(f"{page}choose/", {"level": "theirs"}).status_code == 302
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
