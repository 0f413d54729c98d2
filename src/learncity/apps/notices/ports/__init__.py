"""Ways out of the machine. One thin adapter a provider; which one is a setting.

A port sends and answers for each message whether it did. ``False`` means that there is no sender:
in demo mode, or when none is set up, nothing leaves and the operator sees the message as held. An
error means that it did not leave, and the outbox tries again.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings

from learncity.apps.notices.types import Outgoing

# Of each message, in the order in which they were given.
Answers = list[bool | Exception]


class Port(Protocol):
    """What every adapter does."""

    def send(self, outs: Sequence[Outgoing]) -> Answers:
        """Send; of each whether it left the machine, or what was in its way. Never raises."""


class Held:
    """Keeps everything: demo mode, and an installation without a sender."""

    def send(self, outs: Sequence[Outgoing]) -> Answers:
        """Keep them; the delivery rows show what would have left."""
        return [False for _ in outs]


def side_by_side(send: Callable[[Outgoing], None], outs: Sequence[Outgoing]) -> Answers:
    """Send eight at a time: a slow provider holds up a batch, and who waits behind it, the less."""

    def sent(out: Outgoing) -> bool | Exception:
        try:
            send(out)
        except Exception as error:  # whatever a provider or the network thinks of
            return error
        return True

    with ThreadPoolExecutor(min(8, len(outs))) as pool:
        return list(pool.map(sent, outs))


class NoSuchSender(Exception):
    """The setting names a provider that has no adapter."""


@cache
def email_port() -> Port:
    """The e-mail sender of this installation."""
    if settings.DEMO or not settings.EMAIL_URL:
        return Held()
    from .smtp import Smtp

    return Smtp(settings.EMAIL_URL, sender=settings.DEFAULT_FROM_EMAIL)


@cache
def sms_port() -> Port:
    """The SMS sender of this installation."""
    if settings.DEMO or not settings.SMS_URL:
        return Held()
    provider = urlsplit(settings.SMS_URL).scheme
    if provider == "aliyun":
        from .aliyun import Aliyun

        return Aliyun(settings.SMS_URL)
    raise NoSuchSender(f"SMS_URL: no adapter for {provider!r}; there is: aliyun")
