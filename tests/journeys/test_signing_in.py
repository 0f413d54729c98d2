"""Signing in: it says nothing about others, and it cannot be guessed at."""

import re
import urllib.parse

import pytest

from .plain import Plain
from .site import new_phone

pytestmark = [pytest.mark.journey, pytest.mark.slow]


# Of two answers to the same question: when they were given, and whose they are.
DIFFERENT = {"date", "expires", "set-cookie"}


def same(page, phone):
    """A page without what must differ: the form's token and the address that was typed."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
    return page.replace(phone, "PHONE").replace(urllib.parse.quote(phone), "PHONE")


def test_signing_in_does_not_tell_whether_an_address_is_known(site):
    [[known]] = site.ask(
        "SELECT phone FROM people_account WHERE phone > '+8615400000100' ORDER BY phone LIMIT 1"
    )
    seen = []
    for phone in (known, new_phone()):
        somebody = Plain(site.address, follow=False)
        somebody.get("/sign-in/")
        asked = somebody.post("/sign-in/", address=phone)
        code = somebody.get(asked.headers["Location"])
        headers = {k.lower(): v for k, v in asked.headers.items() if k.lower() not in DIFFERENT}
        cookies = sorted(cookie.name for cookie in somebody.jar)
        seen.append(
            (asked.status, headers, asked.text, cookies, code.status, same(code.text, phone))
        )

    assert seen[0] == seen[1]
    assert seen[0][0] == 302
    assert seen[0][4] == 200


def test_the_fourth_code_within_a_minute_is_refused_in_a_sentence(site, visitor):
    phone = new_phone()
    somebody = visitor(width=360, height=740, scripts=False)

    for _ in range(3):
        somebody.visit("/sign-in/")
        somebody.fill("Phone number or e-mail address", phone)
        somebody.press("Send me a code")
    somebody.visit("/sign-in/")
    somebody.fill("Phone number or e-mail address", phone)
    somebody.press("Send me a code", status=422)

    refusal = somebody.word(
        "Too many codes were asked for. Wait a minute, or call us and we help you."
    )
    assert refusal in somebody.text(".errors")
    field = somebody.page.get_by_label(somebody.word("Phone number or e-mail address"))
    assert field.input_value() == phone
    assert len(site.codes(phone)) <= 3


def test_five_wrong_codes_start_anew_and_the_right_one_is_then_worth_nothing(site, visitor):
    phone = new_phone()
    somebody = visitor(width=360, height=740, scripts=False)
    somebody.visit("/sign-in/")
    somebody.fill("Phone number or e-mail address", phone)
    somebody.press("Send me a code")
    right = site.next_code(phone, after=0)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"

    for _ in range(4):
        somebody.fill("Code", wrong)
        somebody.press("Sign in", status=422)
        said = "This is not the code we sent. Look again, or ask for a new one."
        assert somebody.word(said) in somebody.text(".errors")
    somebody.fill("Code", wrong)
    somebody.press("Sign in")

    assert somebody.path.startswith("/sign-in/")
    assert somebody.page.get_by_label(somebody.word("Code"), exact=True).count() == 0
    somebody.visit("/me/")
    assert somebody.path.startswith("/sign-in/")


def test_a_code_works_once_and_signing_out_ends_the_session(site, visitor):
    phone = new_phone()
    somebody = visitor(width=360, height=740, scripts=False)
    somebody.sign_in(phone)
    [used] = site.codes(phone)
    somebody.visit("/me/")
    cookies = somebody.context.cookies()
    assert all(c["httpOnly"] for c in cookies if c["name"] == "learncity_session")

    stranger = visitor(scripts=False)
    stranger.visit("/sign-in/")
    stranger.fill("Phone number or e-mail address", phone)
    stranger.press("Send me a code")
    site.next_code(phone, after=1)
    if site.codes(phone)[0] != used:
        stranger.fill("Code", used)
        stranger.press("Sign in", status=422)
    stranger.visit("/me/")
    assert stranger.path.startswith("/sign-in/")


@pytest.mark.parametrize(
    "target", ["https://example.org/", "//example.org/", "/\\example.org", "x"]
)
def test_signing_in_leads_to_no_other_host(site, visitor, target):
    somebody = visitor(scripts=False)
    somebody.visit(f"/sign-in/?{urllib.parse.urlencode({'next': target})}")

    somebody.sign_in_here(new_phone())

    assert somebody.path == "/me/"
