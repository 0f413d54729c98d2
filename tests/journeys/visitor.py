"""A person with a browser of their own: what they do, what they see, and what went wrong."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response

import learncity

from .site import Site

LOCALES = {"zh-Hans": "zh-CN", "vi": "vi-VN", "en": "en-GB"}
# A phone with one bar: latency in milliseconds, bytes a second down and up.
ONE_BAR = {
    "offline": False,
    "latency": 120,
    "downloadThroughput": 60_000,
    "uploadThroughput": 20_000,
}


@cache
def catalogue(lang: str) -> Catalog:
    """The product's texts in a language, as translators have written them."""
    folder = Path(learncity.__file__).parent / "locale" / lang.replace("-", "_")
    with (folder / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file)


def says(text: str, lang: str, *, context: str | None = None, **values: str) -> str:
    """A label of the product in a language, as its catalogue has it; unknown ones are a mistake."""
    found = catalogue("zh-Hans" if lang == "en" else lang).get(text, context)
    assert found is not None, f"no page says {text!r} any more"
    translated = text if lang == "en" else str(found.string) or text
    return translated % values if values else translated


class Visitor:
    """One browser context with one page.

    Everything that a page complains of (scripts, policy, requests that fail or go to another host)
    is collected and must be nothing in the end; every page that is looked at fits its screen.
    """

    def __init__(
        self,
        site: Site,
        browser: Browser,
        *,
        lang: str = "zh-Hans",
        width: int = 1280,
        height: int = 800,
        scripts: bool = True,
        one_bar: bool = False,
        **options: Any,
    ) -> None:
        self.site, self.lang = site, lang
        self.complaints: list[str] = []
        self.requests: list[Request] = []
        self.context = browser.new_context(
            base_url=site.address,
            locale=LOCALES[lang],
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            timezone_id="Asia/Shanghai",
            **options,
        )
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self._complain(f"script: {error}"))
        self.page.on("request", self._on_request)
        self.page.on("requestfailed", self._on_failure)
        self.page.on("response", self._on_response)
        self._status = 0
        if one_bar:
            self.context.new_cdp_session(self.page).send(
                "Network.emulateNetworkConditions", ONE_BAR
            )

    # What the browser reports.

    def _complain(self, text: str) -> None:
        self.complaints.append(f"{self.page.url}: {text}")

    def _on_console(self, message: ConsoleMessage) -> None:
        # A refused page is no fault of the page: its status is looked at where it is expected.
        refused = message.text.startswith("Failed to load resource")
        of_the_page = message.location.get("url", "").split("#")[0] == self.page.url.split("#")[0]
        if message.type in ("error", "warning") and not (refused and of_the_page):
            self._complain(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        self.requests.append(request)
        if urlsplit(request.url).netloc != urlsplit(self.site.address).netloc:
            self._complain(f"another host: {request.url}")

    def _on_failure(self, request: Request) -> None:
        # A file that is offered for download ends its navigation.
        if request.failure != "net::ERR_ABORTED":
            self._complain(f"failed: {request.url} {request.failure}")

    def _on_response(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self._status = response.status
        elif response.status >= 400:
            self._complain(f"{response.status}: {response.url}")

    def leave(self) -> None:
        """Close the browser; nothing may have gone wrong in all that time."""
        self.page.evaluate("1")  # what was reported until now has arrived with its answer
        self.context.close()
        assert self.complaints == []

    # Going about.

    def visit(self, path: str, *, status: int = 200) -> None:
        """Open an address and look at the page."""
        self.page.goto(urljoin(self.site.address, path))
        self.look(status=status)

    def look(self, *, status: int = 200) -> None:
        """The page came as it should, in the visitor's language, and fits the screen."""
        assert self._status == status, f"{self.page.url}: {self._status}"
        width, shown, lang = self.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth,"
            " document.documentElement.lang]"
        )
        assert width <= shown, f"{self.page.url} scrolls sideways: {width} > {shown}"
        assert lang == self.lang, self.page.url

    def word(self, text: str, *, context: str | None = None, **values: str) -> str:
        """A label of the product in this visitor's language."""
        return says(text, self.lang, context=context, **values)

    def press(self, label: str, *, within: str = "main", status: int = 200, **values: str) -> None:
        """Press the button or the link with a label of the product; the next page is looked at."""
        name = self.word(label, **values)
        place = self.page.locator(within)
        found = place.get_by_role("button", name=name, exact=True).or_(
            place.get_by_role("link", name=name, exact=True)
        )
        self.follow(found.first, status=status)

    def follow(self, what: Locator | str, *, status: int = 200) -> None:
        """Press what leads to another page, and look at that."""
        target = self.page.locator(what).first if isinstance(what, str) else what
        with self.page.expect_navigation():
            target.click()
        self.look(status=status)

    def fill(self, label: str, text: str) -> None:
        """Write into the field with a label of the product."""
        self.page.get_by_label(self.word(label)).fill(text)

    def search(self, text: str) -> None:
        """Look for something to learn, by the line on top of the page."""
        self.page.locator("main form.seek input[type=search]").fill(text)
        self.press("Find", within="main form.seek")

    def row(self, href: str) -> Locator:
        """The line of a list that leads to an address."""
        return self.page.locator(f'main .rows a[href="{href}"]').first

    def menu(self, label: str) -> None:
        """Go somewhere by the menu of a phone's header."""
        self.page.locator("header details.menu.narrow > summary").click()
        name = self.word(label)
        links = self.page.locator("header .panel").get_by_role("link", name=name)
        self.follow(links.first)

    def sign_in(self, phone: str) -> None:
        """Sign in through the pages, from the start; ends on the page of help."""
        self.visit("/sign-in/?next=/help/")
        self.sign_in_here(phone)

    def sign_in_here(self, phone: str) -> None:
        """Sign in on the page that asks for it; ends where the visitor wanted to go."""
        before = len(self.site.codes(phone))
        self.fill("Phone number or e-mail address", phone)
        self.press("Send me a code")
        self.fill("Sign-in code", self.site.next_code(phone, after=before))
        self.press("Sign in")

    # What is seen.

    @property
    def path(self) -> str:
        """The address of the page, from the first slash on."""
        parts = urlsplit(self.page.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def text(self, where: str = "main") -> str:
        """The words that can be seen in a part of the page."""
        return unicodedata.normalize("NFC", self.page.locator(where).first.inner_text())

    def heading(self) -> str:
        """The page's first heading."""
        return self.text("h1")

    def receipt(self) -> str:
        """The receipt's number."""
        number = self.text(".receipt .number").strip()
        assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}", number), number
        return number

    def seats(self) -> str:
        """What the page of a class says of its seats."""
        return self.text("main .seats")
