"""A city states consents, clocks and times; what people agreed to cannot be edited behind them."""

import json

import pytest
from django.utils import timezone

from learncity.apps.initiatives import services
from learncity.apps.privacy.models import Clock, DayOff, Keeping, Purpose, PurposeText
from learncity.kernel.acting import COMMAND
from learncity.kernel.blueprint_files import Mistakes

HEAD = {
    "learncity": 1, "key": "lantern", "title": {"en": "Lantern"}, "story": {"en": "x"},
    "city": "lantern", "help": {"phone": "000", "hours": {"en": "x"}, "address": {"en": "x"}},
    "places": [{"key": "lantern", "kind": "CITY", "name": {"en": "Lantern"}}],
}  # fmt: skip
WORDS = {"zh-Hans": "一", "vi": "một", "en": "one"}


def consent(**said):
    return {"key": "c", "name": WORDS, "text": WORDS, "since": "2026-01-01", **said}


def clock(**said):
    return {
        "key": "k", "place": "lantern", "country": "VN", "kinds": ["ACCESS", "ERASURE"],
        "since": "2026-01-01", "answer_days": 2, "done_days": 15, **said,
    }  # fmt: skip


@pytest.fixture
def plan(db, tmp_path):
    def make(**sections):
        path = tmp_path / "city.yaml"
        path.write_text(json.dumps({**HEAD, **sections}))
        return services.plan(path=path, at=timezone.now())

    return make


@pytest.fixture
def apply(plan):
    def run(**sections):
        services.apply(plan(**sections), by=COMMAND, at=timezone.now())

    return run


def mistakes(plan, **sections):
    with pytest.raises(Mistakes) as refused:
        plan(**sections)
    return str(refused.value)


def test_applying_again_changes_nothing_and_what_leaves_the_file_is_ended(plan, apply):
    said = {
        "consents": [consent()],
        "request_clocks": [clock()],
        "days_off": [{"key": "d", "country": "VN", "first": "2027-01-01", "last": "2027-01-01"}],
        "retention": [
            {"key": "r", "record_class": "notices.code", "days": 9, "since": "2026-01-01"}
        ],
    }
    apply(**said)
    assert plan(**said).is_empty
    assert Clock.objects.get(key="k").place.key == "lantern"

    apply()
    ended = [
        model.objects.get(key=key).ended_at is not None
        for model, key in ((Purpose, "c"), (Clock, "k"), (DayOff, "d"), (Keeping, "r"))
    ]
    assert ended == [True] * 4


def test_a_text_that_stands_is_followed_by_a_version_and_never_changed(plan, apply):
    apply(consents=[consent()])
    other = {**WORDS, "en": "another"}

    assert "state the new text as version 2" in mistakes(plan, consents=[consent(text=other)])
    apply(consents=[consent(text=other, version=2)])
    assert "version 2 of 'c' exists already" in mistakes(plan, consents=[consent()])
    texts = PurposeText.objects.filter(purpose__key="c").order_by("version")
    assert [t.text["en"] for t in texts] == ["one", "another"]


def test_a_purpose_may_be_named_better_without_a_new_version(apply):
    apply(consents=[consent()])
    apply(consents=[consent(name={**WORDS, "en": "better"})])
    assert str(Purpose.objects.get(key="c").name["en"]) == "better"


def test_nobody_agrees_to_what_they_cannot_read(plan):
    said = mistakes(plan, consents=[consent(text={"en": "one"})])
    assert "missing in 'vi'" in said
    assert "missing in 'zh-Hans'" in said


@pytest.mark.parametrize(
    ("sections", "says"),
    [
        ({"request_clocks": [clock(country="XX")]}, "the working days of 'XX' are not known"),
        ({"request_clocks": [clock(kinds=[])]}, "kinds: list should have at least 1"),
        (
            {"days_off": [{"key": "d", "country": "VN", "first": "2027-02-01",
                           "last": "2027-01-01"}]},
            "at most a month after",
        ),
        (
            {"retention": [{"key": "r", "record_class": "record.fact", "days": 1,
                            "since": "2026-01-01"}]},
            "is no record class with a time of its own",
        ),
    ],
)  # fmt: skip
def test_every_mistake_is_said(plan, sections, says):
    assert says in mistakes(plan, **sections)


def test_a_record_class_has_one_time_from_a_day_on(plan):
    one = {"record_class": "notices.code", "days": 1, "since": "2026-01-01"}
    assert "states a time" in mistakes(plan, retention=[{"key": k, **one} for k in "ab"])
    # The demo city of the same database states one already.
    one["record_class"] = "notices.delivery"
    assert "'sent-messages' states a time" in mistakes(plan, retention=[{"key": "a", **one}])
