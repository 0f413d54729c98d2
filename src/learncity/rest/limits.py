"""How much one asker may ask: so much a second on the average, with room for a burst.

Counted in the memory of each web process: it costs no query and keeps one careless program from
taking everybody's turn. A hard limit against attacks is the reverse proxy's.
"""

import threading
import time
from collections import OrderedDict

from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from learncity.kernel.http import address_of

# What is remembered at most; the asker who has been quiet for longest is forgotten first.
_MOST = 20_000
# An address of the machine itself is a proxy that was not announced (LEARNCITY_PROXIES) or the
# operator: counting it would count everybody as one.
_OWN = ("127.0.0.1", "::1", "")


class Fair(BaseThrottle):
    """A bucket of turns an asker, which refills steadily.

    Args:
        burst: turns in a full bucket.
        rate: turns that come back a second.
    """

    def __init__(self, *, burst: int, rate: float) -> None:
        self.burst, self.rate = burst, rate
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def allow_request(self, request: HttpRequest) -> bool:
        """Take a turn; whether there was one."""
        asker = _asker(request)
        return asker is None or self.take(asker, time.monotonic())

    def take(self, asker: str, now: float) -> bool:
        """Take a turn at a moment of a steady clock, in seconds; whether there was one."""
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


def _asker(request: HttpRequest) -> str | None:
    """The account, or the address of a stranger; ``None`` for whom nothing is counted."""
    if hasattr(request, "auth") and request.user.is_authenticated:
        return f"account {request.user.pk}"
    address = address_of(request)
    return None if address in _OWN else f"address {address}"


FAIR = Fair(burst=600, rate=10)
