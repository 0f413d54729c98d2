"""Ways out of the machine. One thin adapter a provider; which one is a setting.

A port sends and answers whether it did. ``False`` means that there is no sender: in demo mode, or
when none is set up, nothing leaves and the operator sees the message as held. A failure raises, and
the outbox tries again.
"""

from functools import cache
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings

from learncity.apps.notices.types import Outgoing


class Port(Protocol):
    """What every adapter does."""

    def send(self, out: Outgoing) -> bool:
        """Send; whether it left the machine.

        Raises:
            Exception: it did not, and another try may help.
        """


class Held:
    """Keeps everything: demo mode, and an installation without a sender."""

    def send(self, out: Outgoing) -> bool:
        """Keep it; the delivery row shows what would have left."""
        return False


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
