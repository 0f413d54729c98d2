"""Whatever is kept about persons is declared, so that it is shown, erased and tidied."""

import re

import pytest
from django.apps import apps as registry
from django.contrib.sessions.models import Session

from learncity.apps.people.models import Account, Person
from learncity.kernel import personal_data

# Kept by packages of others: what they hold of a person, and where it is declared.
OF_OTHERS = {Session}


def _said(model):
    found = re.search(r"Personal data: (.+?)(?:\n\s*\n|\Z)", model.__doc__ or "", re.DOTALL)
    return " ".join(found[1].split()) if found else ""


def _ours():
    return [m for m in registry.get_models() if m.__module__.startswith("learncity.")]


def test_every_table_says_whether_it_holds_personal_data():
    assert [m.__name__ for m in _ours() if not _said(m)] == []


def test_every_table_with_personal_data_is_a_declared_record_class():
    declared = {table for one in personal_data.registered() for table in one.tables}
    holding = {m for m in _ours() if not _said(m).startswith("none")}
    assert holding
    assert {m.__name__ for m in holding - declared} == set()
    assert {m.__name__ for m in declared - holding - OF_OTHERS} == set()


def test_every_table_that_leads_to_a_person_holds_personal_data():
    leading = {
        model.__name__
        for model in _ours()
        for field in model._meta.local_fields
        if field.related_model in (Person, Account) or field.name in ("actor_id", "account_id")
    }
    silent = {m.__name__ for m in _ours() if _said(m).startswith("none")}
    assert leading & silent == set()


@pytest.mark.parametrize("one", personal_data.registered(), ids=lambda one: one.name)
def test_a_record_class_is_named_by_its_room(one):
    room, _dot, what = one.name.partition(".")
    assert what
    labels = {table._meta.app_label for table in one.tables}
    assert room in labels | {"kernel", "initiatives"}
