"""An assembly-line worker after the late shift: old phone, one bar of signal, no scripts."""

import re

import pytest

from .site import new_phone

pytestmark = pytest.mark.journey

COURSE = "/courses/small-shop-bookkeeping/"
CLASS = "/classes/bookkeeping-songying-sat/"
ANOTHER = "/classes/ai-online-sat/"
HAN = re.compile(r"[\u4e00-\u9fff]")


def test_a_migrant_worker_gets_a_place_on_an_old_phone_in_chinese(site, visitor):
    phone = new_phone()
    worker = visitor(width=360, height=740, scripts=False, one_bar=True)

    worker.visit("/")
    # Late in the evening nothing begins any more, and it says so in other words.
    late = worker.word("Learn something after work, near home or online")
    assert "苏州" in worker.heading() or worker.heading() == late
    worker.search("会计")
    worker.follow(worker.row(COURSE))
    worker.follow(worker.row(CLASS))
    seats = worker.seats()
    worker.press("Apply for this class")
    assert worker.path.startswith("/sign-in/")
    worker.sign_in_here(phone)
    assert worker.path == f"{CLASS}apply/"
    worker.fill("Your name", "赵小满")
    worker.press("Apply for this class")

    receipt = worker.receipt()
    assert worker.heading() == worker.word("You have a place")

    worker.menu("My classes")
    assert receipt in worker.text()
    worker.menu("My record")
    assert worker.word("Got a place") in worker.text()
    assert "小店会计入门" in worker.text()
    worker.menu("Messages")
    worker.follow("main .post a")
    assert receipt in worker.text()

    sms = site.letter_with(phone, receipt)
    assert phone in sms.line
    assert "小店会计入门" in sms.body
    assert len(HAN.findall(sms.body)) > 20

    worker.visit(CLASS)
    assert worker.seats() != seats
    worker.visit(f"/me/places/{receipt}/")
    worker.press("Give the place back")
    worker.press("Yes, give it back")
    assert worker.heading() == worker.word("You are no longer in this class")
    worker.visit(CLASS)
    assert worker.seats() == seats


def test_a_name_is_asked_for_once_and_a_form_sent_twice_gives_one_place(site, visitor):
    worker = visitor(width=360, height=740, scripts=False)
    worker.sign_in(new_phone())

    worker.visit(f"{ANOTHER}apply/")
    worker.press("Apply for this class", status=422)
    assert worker.text(".errors").count(worker.word("Your name")) == 1
    worker.fill("Your name", "  赵   小满 ")
    worker.press("Apply for this class")
    receipt = worker.receipt()
    worker.visit(f"{ANOTHER}apply/")
    assert worker.receipt() == receipt

    worker.visit(f"{CLASS}apply/")
    assert worker.page.get_by_label(worker.word("Your name")).count() == 0
    worker.press("Apply for this class")
    assert worker.receipt() != receipt
    worker.visit("/me/profile/")
    assert worker.page.get_by_label(worker.word("Your name")).input_value() == "赵 小满"
