"""The page on which the office corrects what it keeps of somebody, and the way to it."""

import pytest
from django.utils import timezone

from learncity.apps.people.factories import make_person
from learncity.apps.people.models import Person
from learncity.apps.privacy import services as privacy
from learncity.apps.privacy.types import RequestKind
from learncity.kernel import audit
from learncity.kernel.acting import By, Via

ENGLISH = {"headers": {"accept-language": "en"}}
RIGHT = {"name": "王晓明", "born": "1961", "hometown": "Anhui", "language": "vi",
         "reason": "DOCUMENT"}  # fmt: skip


@pytest.fixture
def office(signed_in):
    return signed_in("demo-operator")


def page_of(person):
    return f"/operate/people/{person}/correct/"


def test_what_is_right_is_saved_and_shown(office):
    person = make_person("王小明", born=1960)
    shown = office.get(page_of(person), **ENGLISH).content.decode()
    assert 'value="王小明"' in shown
    assert 'value="1960"' in shown
    assert any(n.action == "people.person_read" for n in audit.latest())

    answer = office.post(page_of(person), RIGHT, **ENGLISH)
    assert (answer.status_code, answer.url) == (302, f"/operate/people/{person}/")
    assert "王晓明" in office.get(answer.url, **ENGLISH).content.decode()
    kept = Person.objects.get(pk=person)
    assert (kept.name, kept.born, kept.hometown, kept.language) == ("王晓明", 1961, "Anhui", "vi")


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"born": "1700"}, {"born": "2090"}, {"reason": ""}, {"language": "xx"}]
)
def test_what_cannot_be_is_said_and_nothing_is_changed(office, wrong):
    person = make_person("王小明", born=1960)
    assert office.post(page_of(person), RIGHT | wrong, **ENGLISH).status_code == 422
    assert Person.objects.get(pk=person).name == "王小明"


def test_a_record_of_ones_own_is_refused(office):
    mine = Person.objects.get(key="demo-operator").pk
    answer = office.post(page_of(mine), RIGHT, **ENGLISH)
    assert answer.status_code == 422
    assert "Ask a colleague" in answer.content.decode()


def test_a_request_leads_to_whose_it_is(office):
    person = make_person("王小明", born=1960, account=True)
    made = privacy.ask(
        person_id=person, kind=RequestKind.CORRECTION, words="", by=By(person, Via.WEB),
        at=timezone.now(),
    )  # fmt: skip
    shown = office.get(f"/operate/requests/{made.number}/", **ENGLISH).content.decode()
    assert f'href="{page_of(person)}"' in shown


def test_whoever_keeps_nobody_does_not_get_in(signed_in):
    person = make_person("王小明", born=1960)
    for client in (signed_in("demo-provider"), signed_in("demo-worker")):
        assert client.get(page_of(person)).status_code == 403
        assert client.post(page_of(person), RIGHT).status_code == 403
    assert Person.objects.get(pk=person).name == "王小明"
