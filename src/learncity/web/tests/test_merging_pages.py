"""Two records that both sign in: one officer proposes on the page, another answers it there."""

import pytest
from django.test import Client

from learncity.apps.people import queries as people
from learncity.apps.people.factories import make_person
from learncity.apps.roles.factories import make_grant
from learncity.apps.roles.types import Role

from .test_roles import EN, OFFICE, with_role

PEOPLE = "/operate/people/"
ALONE = "Nobody else may confirm this yet"


@pytest.fixture
def office(signed_in):
    client = signed_in("demo-operator")
    client.defaults |= EN
    return client


@pytest.fixture
def colleague(city):
    """A second operator, in a browser of their own."""
    return with_role(Client(), Role.OPERATOR, OFFICE)


def text_of(answer):
    return answer.content.decode()


def pair():
    return make_person("Ann One", account=True), make_person("Ann Two", account=True)


def test_one_proposes_and_another_merges_on_the_same_page(office, colleague):
    one, two = pair()
    path = f"{PEOPLE}{one}/merge/{two}/"
    assert "Propose to merge them" in text_of(office.get(path))
    assert office.post(path, {"reason": "SAME_DOCUMENT"}).url == path

    mine = text_of(office.get(path))
    assert "You proposed to merge them" in mine
    assert ('value="yes"' in mine, 'name="reason"' in mine) == (False, False)
    assert f'href="{path}"' in text_of(office.get(PEOPLE))
    assert office.post(f"{path}answer/", {"answer": "yes"}).status_code == 422
    assert office.get(f"{PEOPLE}{two}/").status_code == 200

    theirs = text_of(colleague.get(f"{PEOPLE}{two}/merge/{one}/"))  # whichever is kept
    assert f'action="{path}answer/"' in theirs
    assert colleague.post(f"{path}answer/", {"answer": "yes"}).url == f"{PEOPLE}{one}/"
    assert office.get(f"{PEOPLE}{two}/").url == f"{PEOPLE}{one}/"
    assert f'href="{path}"' not in text_of(office.get(PEOPLE))
    assert colleague.post(f"{path}answer/", {"answer": "yes"}).status_code == 422


def test_a_proposal_is_refused_or_taken_back(office, colleague):
    one, two = pair()
    path = f"{PEOPLE}{one}/merge/{two}/"
    for client in (office, colleague):
        office.post(path, {"reason": "SAME_DOCUMENT"})
        assert client.post(f"{path}answer/", {"answer": "no"}).url == f"{PEOPLE}{one}/"
        assert "Propose to merge them" in text_of(office.get(path))
    assert people.same_person([two]) == {two: two}


def test_where_one_signs_in_one_officer_merges_at_once(office):
    one, two = make_person("Ann One", account=True), make_person("Ann Two")
    path = f"{PEOPLE}{one}/merge/{two}/"
    page = text_of(office.get(path))
    assert ("Propose to merge them" in page, ALONE in page) == (False, False)
    assert office.post(path, {"reason": "SAME_DOCUMENT"}).url == f"{PEOPLE}{one}/"


def test_whoever_is_alone_in_charge_reads_who_gives_the_role(office, account_of, client):
    one, two = pair()
    path = f"{PEOPLE}{one}/merge/{two}/"
    me = account_of("demo-operator").person_id
    page = text_of(office.get(path))
    assert ALONE in page
    assert f"by: {people.persons([me])[me].name}." in page

    # An officer is in charge of whoever lives in their region, and of nobody else.
    make_grant(make_person(), Role.OFFICER, OFFICE, region="sip")
    assert ALONE in text_of(office.get(path))
    # And nobody answers about a record of their own.
    make_grant(two, Role.OPERATOR, OFFICE)
    assert ALONE in text_of(office.get(path))
    make_grant(make_person(), Role.OPERATOR, OFFICE)
    assert ALONE not in text_of(office.get(path))
