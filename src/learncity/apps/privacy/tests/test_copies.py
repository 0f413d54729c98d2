"""Everything that is kept of a person, for a week, on paper and as a file, for them alone."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from learncity.apps.classes import services as classes
from learncity.apps.classes.factories import OPENING, make_class
from learncity.apps.notices import queries as notices
from learncity.apps.people import services as people
from learncity.apps.people.factories import make_person
from learncity.apps.privacy import queries, services
from learncity.apps.privacy.models import Copy
from learncity.kernel import personal_data
from learncity.kernel.acting import By, Via


def copy_for(person, drain, language="zh-Hans"):
    """The person's copy as JSON and as PDF."""
    wanted = services.want_copy(person_id=person, language=language, at=timezone.now())
    drain()
    return [
        queries.find_copy(wanted.id, kind, person_id=person, at=timezone.now())
        for kind in ("json", "pdf")
    ]


def test_a_copy_holds_every_class_and_what_stands_in_it(resident, drain):
    receipt = classes.apply(
        class_key=make_class(), person_id=resident, by=By(resident, Via.WEB), at=OPENING
    ).receipt
    drain()

    as_json, as_pdf = copy_for(resident, drain)

    found = {c["name"]: c for c in json.loads(as_json)["record_classes"]}
    assert set(found) == {c.name for c in personal_data.registered() if c.export}
    text = as_json.decode()
    for known in ("刘建军", "+8615400000001", receipt, "小店会计"):
        assert known in text
    assert len(found["record.fact"]["rows"]) == 1
    assert len(found["notices.message"]["rows"]) == 1
    assert as_pdf.startswith(b"%PDF")
    assert len(as_pdf) > 10_000


def test_a_copy_holds_nothing_of_anybody_else(resident, drain):
    other = make_person("不该出现的人", account=True)
    classes.apply(class_key=make_class(), person_id=other, by=By(other, Via.WEB), at=OPENING)
    as_json, _pdf = copy_for(resident, drain)
    assert "不该出现的人" not in as_json.decode()
    assert str(other) not in as_json.decode()


def test_what_people_wrote_is_never_part_of_the_program(resident, drain):
    evil = '#panic("x") $ * _ @ < \\ [ {read("/etc/passwd")}'
    people.describe(person_id=resident, name=evil)
    as_json, as_pdf = copy_for(resident, drain)
    assert (
        evil
        in json.loads(as_json)["record_classes"][_of(as_json, "people.person")]["rows"][0].values()
    )
    assert as_pdf.startswith(b"%PDF")


def _of(as_json, name):
    return [c["name"] for c in json.loads(as_json)["record_classes"]].index(name)


@pytest.mark.parametrize("language", ["zh-Hans", "vi", "en"])
def test_a_copy_is_in_the_persons_language(resident, drain, language):
    as_json, _pdf = copy_for(resident, drain, language)
    labels = [c["label"] for c in json.loads(as_json)["record_classes"]]
    expected = {"zh-Hans": "您的消息", "vi": "Tin nhắn của bạn", "en": "Your messages"}
    assert expected[language] in labels


def test_one_copy_at_a_time_is_made_and_its_person_is_told_once(resident, drain):
    first = services.want_copy(person_id=resident, language="vi", at=timezone.now())
    again = services.want_copy(person_id=resident, language="vi", at=timezone.now())
    assert first.id == again.id
    drain()
    services.make_copy(copy_id=first.id, at=timezone.now())
    drain()
    assert [m.title for m in notices.inbox(resident)] != []
    assert len(notices.inbox(resident)) == 1


def test_a_copy_is_there_for_seven_days_and_for_its_person_alone(resident, drain):
    wanted = services.want_copy(person_id=resident, language="vi", at=timezone.now())
    drain()

    def find(person, days=0, kind="json"):
        at = timezone.now() + timedelta(days=days)
        return queries.find_copy(wanted.id, kind, person_id=person, at=at)

    assert find(resident)
    assert find(resident, days=6.9)
    assert find(resident, days=7) is None
    assert find(make_person()) is None
    assert find(resident, kind="exe") is None

    services.sweep(at=timezone.now() + timedelta(days=8))
    assert not Copy.objects.exists()


def test_a_copy_costs_the_same_queries_whatever_is_in_it(resident, django_assert_max_num_queries):
    keys = [make_class() for _ in range(12)]
    for key in keys:
        classes.apply(class_key=key, person_id=resident, by=By(resident, Via.WEB), at=OPENING)
    with django_assert_max_num_queries(36):
        personal_data.copy_of([resident])


def test_the_database_alone_refuses_two_copies_in_the_making(resident):
    Copy.objects.create(person_id=resident, language="vi")
    with pytest.raises(IntegrityError, match="privacy_one_copy_in_the_making"):
        Copy.objects.create(person_id=resident, language="vi")


def test_the_database_alone_refuses_a_copy_without_an_end(resident):
    with pytest.raises(IntegrityError, match="privacy_copy_ends_after_it_is_ready"):
        Copy.objects.create(person_id=resident, language="vi", ready_at=timezone.now())
