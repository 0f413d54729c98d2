"""Who else says who somebody is: one adapter a provider, off until it is set up.

Each was written to its provider's public documents and tested against recorded answers; none was
ever run against the real service. Why not allauth's: docs/decisions/0015-signing-in-elsewhere.md.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, unquote, urlencode, urlsplit
from urllib.request import Request, urlopen

from learncity.apps.security.types import WayFailed

_MOST = 512 * 1024
_LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True)
class Address:
    """``scheme://ID:SECRET@host/path?options`` of a setting, in its parts."""

    client: str
    secret: str
    host: str
    options: Mapping[str, str]

    @classmethod
    def of(cls, url: str) -> "Address":
        """Take it apart."""
        parts = urlsplit(url)
        host = (parts.hostname or "") + (f":{parts.port}" if parts.port else "") + parts.path
        options = {k: v[0] for k, v in parse_qs(parts.query).items()}
        client, secret = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(client, secret, host.rstrip("/"), options)

    def base(self, default: str) -> str:
        """The provider's own address, or that of a stand-in on this machine."""
        host = self.host or default
        is_here = urlsplit(f"//{host}").hostname in _LOOPBACK
        return f"{'http' if is_here else 'https'}://{host}"


def with_query(address: str, values: Mapping[str, str]) -> str:
    """An address with these values, whether it has others already or not."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(values)}"


def ask(
    address: str,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The object that a provider answers.

    Raises:
        WayFailed: it cannot be reached, refuses, or answers something else. What it said is not
            repeated: it may name a person.
    """
    if urlsplit(address).scheme != "https" and urlsplit(address).hostname not in _LOOPBACK:
        raise WayFailed
    body = urlencode(form).encode() if form is not None else None
    request = Request(address, body, {"Accept": "application/json", **(headers or {})})  # noqa: S310
    try:
        with urlopen(request, timeout=10) as response:  # noqa: S310 - https, see above
            found = json.loads(response.read(_MOST))
    except HTTPError as error:
        error.close()
        raise WayFailed from None
    except (OSError, ValueError) as error:
        raise WayFailed from error
    if not isinstance(found, dict):
        raise WayFailed
    return found


def text_of(answer: Mapping[str, Any], name: str) -> str:
    """A text that an answer must hold.

    Raises:
        WayFailed: it does not.
    """
    found = answer.get(name)
    if not isinstance(found, str) or not found or len(found) > 4000:
        raise WayFailed
    return found
