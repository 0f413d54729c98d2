"""How much one asker may ask: so much a second on the average, with room for a burst.

Counted in the memory of each web process: it costs no query and keeps one careless program from
taking everybody's turn. A hard limit against attacks is the reverse proxy's.
"""

import threading
import time
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

# What is remembered at most; the asker who has been quiet for longest is forgotten first.
_MOST = 20_000
# An address of the machine itself is a proxy that was not announced (LEARNCITY_PROXIES) or the
# operator: counting it would count everybody as one.
_OWN = ("127.0.0.1", "::1", "")


class Turns:
    """A bucket of turns an asker, which refills steadily.

    Args:
        burst: turns in a full bucket.
        rate: turns that come back a second.
    """

    def __init__(self, *, burst: int, rate: float) -> None:
        self.burst, self.rate = burst, rate
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, asker: str, now: float | None = None) -> bool:
        """Take a turn at a moment of a steady clock, in seconds; whether there was one."""
        now = time.monotonic() if now is None else now
        with self._lock:
            left, since = self._buckets.pop(asker, (float(self.burst), now))
            left = min(self.burst, left + (now - since) * self.rate)
            allowed = left >= 1
            self._buckets[asker] = (left - 1 if allowed else left, now)
            if len(self._buckets) > _MOST:
                self._buckets.popitem(last=False)
        return allowed

    def wait(self) -> float:
        """Seconds until the next turn comes back."""
        return 1 / self.rate

    def forget(self) -> None:
        """Give everybody a full bucket."""
        self._buckets.clear()


def stranger(request: HttpRequest) -> str | None:
    """A name for who asks without an account; ``None`` for whom nothing is counted."""
    network = _network(_address(request))
    return None if network in _OWN else f"address {network}"


def _network(address: str) -> str:
    """Of IPv6 what one connection is given: whoever has one has as many addresses as they like.

    IPv4 written as IPv6 (``::ffff:192.0.2.1``, where a server listens to both) is IPv4.
    """
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        if not known.is_loopback:
            return str(ip_network((known, 64), strict=False))
    return str(known)


def _address(request: HttpRequest) -> str:
    """Who asks, past as many proxies as the operator says there are."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    passed = request.headers.get("X-Forwarded-For", "").split(",")
    if proxies and len(passed) >= proxies and passed[-proxies].strip():
        return passed[-proxies].strip()
    return request.META.get("REMOTE_ADDR", "")
