"""A clerk in a city in earnest: a second factor before the desk, with a script and without one."""

import base64
import re
from datetime import UTC, datetime

import pytest

from learncity.apps.security.factories import app_code

from .site import PROVIDER, WORKER, Site, public_folder
from .visitor import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.slow]

A_KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": False,
    "hasUserVerification": False,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def strict():
    """A city that wants a second factor of all staff, at a name that browsers make passkeys for."""
    running = Site(public_folder() / "strict", LEARNCITY_SECOND_FACTOR="staff")
    running.address = f"http://localhost:{running.port}"
    running.variables["LEARNCITY_PUBLIC_URL"] = running.address
    try:
        running.start()
        yield running
        running.stop()
    finally:
        running.end()


def clerk(strict, chromium, **options):
    """Somebody with a browser at the strict city."""
    return Visitor(strict, chromium, lang="en", **options)


def with_key(visitor, credentials=()):
    """Put a security key into the browser, and what it already holds."""
    cdp = visitor.context.new_cdp_session(visitor.page)
    cdp.send("WebAuthn.enable")
    made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": A_KEY})
    key = made["authenticatorId"]
    for held in credentials:
        cdp.send("WebAuthn.addCredential", {"authenticatorId": key, "credential": held})
    return lambda: cdp.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]


def test_without_a_script_an_app_opens_the_desk(strict, chromium):
    one = clerk(strict, chromium, width=360, height=740, scripts=False)
    one.sign_in(PROVIDER)
    one.visit("/desk/")
    assert one.path.startswith("/me/security/?needed=1")
    one.press("Set up an app")
    text = one.page.locator("main code").first.inner_text().replace(" ", "")
    secret = base64.b32decode(text + "=" * (-len(text) % 8))
    one.fill("Code", app_code(secret, datetime.now(UTC), steps=-1))
    one.press("Set it up")
    codes = one.page.locator("main li code").all_inner_texts()
    assert len(codes) == 10
    one.press("I have them")
    assert one.path == "/desk/"

    other = clerk(strict, chromium, width=1280, scripts=False)
    other.sign_in(PROVIDER)
    other.visit("/desk/figures/")
    assert other.path.startswith("/sign-in/second/")
    other.fill("Code", codes[0])
    other.press("Go on")
    assert other.path == "/desk/figures/"
    other.visit("/me/security/")
    other.press("Remove")  # refused: the desk needs one
    assert other.word(
        "Your desk needs a second factor. Set up another one before you remove this one."
    ) in other.text("main")
    one.leave()
    other.leave()


def test_a_passkey_opens_the_desk_with_a_touch(strict, chromium):
    first = clerk(strict, chromium)
    held = with_key(first)
    first.sign_in(WORKER)
    first.visit("/me/security/")
    first.press("Add a passkey")
    first.fill("Name of this device", "key on my ring")
    with first.page.expect_navigation(url="**/passkey/"):
        first.page.get_by_role("button", name="Make a passkey").click()
    assert first.page.locator("main li code").count() == 10
    (credential,) = held()

    second = clerk(strict, chromium)
    with_key(second, [credential])
    second.sign_in(WORKER)
    second.visit("/sign-in/second/?next=/me/security/")
    with second.page.expect_navigation(url="**/me/security/"):
        second.page.get_by_role("button", name="Use my passkey").click()
    assert "key on my ring" in second.text("main")

    stranger = clerk(strict, chromium)
    with_key(stranger)
    stranger.sign_in(WORKER)
    stranger.visit("/sign-in/second/")
    with stranger.page.expect_navigation():
        stranger.page.get_by_role("button", name="Use my passkey").click()
    assert stranger.path.startswith("/sign-in/second/")
    assert re.search("passkey did not work", stranger.text("main"))
    first.leave()
    second.leave()
    stranger.leave()
