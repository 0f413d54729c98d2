"""Somebody who reads pages and sends forms without a browser: plain HTTP and a jar of cookies."""

import html
import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from email.message import Message


@dataclass(frozen=True)
class Answer:
    """What came back, from which address in the end."""

    status: int
    headers: Message
    text: str
    path: str


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


class Plain:
    """A reader with cookies of their own.

    Args:
        follow: whether to go where an answer leads, as a browser does.
    """

    def __init__(self, address: str, *, follow: bool = True, language: str = "zh-CN") -> None:
        self.address, self.language = address, language
        self.jar = http.cookiejar.CookieJar()
        handlers = [urllib.request.HTTPCookieProcessor(self.jar), *([] if follow else [_Stay()])]
        self.opener = urllib.request.build_opener(*handlers)

    def get(self, path: str) -> Answer:
        """Read a page."""
        return self._ask(path, None)

    def post(self, path: str, **fields: str) -> Answer:
        """Send a form, with the token that its page gave."""
        token = next(c.value for c in self.jar if c.name == "learncity_csrf") or ""
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token})
        return self._ask(path, body.encode())

    def _ask(self, path: str, body: bytes | None) -> Answer:
        asked = urllib.request.Request(
            urllib.parse.urljoin(self.address, path),
            data=body,
            headers={"Accept-Language": self.language},
        )
        try:
            with self.opener.open(asked, timeout=30) as found:
                return self._answer(found.status, found.headers, found.read(), found.url)
        except urllib.error.HTTPError as refused:
            with refused:
                return self._answer(refused.code, refused.headers, refused.read(), refused.url)

    def _answer(self, status: int, headers: Message, body: bytes, url: str) -> Answer:
        return Answer(status, headers, body.decode(), url.removeprefix(self.address))


def links(page: str, beginning: str) -> list[str]:
    """The addresses on a page that begin so, each once, in their order."""
    found = re.findall(rf'href="({re.escape(beginning)}[^"]*)"', page)
    return list(dict.fromkeys(html.unescape(link) for link in found))
