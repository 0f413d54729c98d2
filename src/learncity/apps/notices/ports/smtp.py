"""E-mail by SMTP, through Django's own sender."""

from collections.abc import Sequence
from email.utils import make_msgid
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from learncity.apps.notices.ports import Answers, side_by_side
from learncity.apps.notices.types import Outgoing


class Smtp:
    """One connection a message: the worker sends few at once, and none is left half open."""

    def __init__(self, url: str, *, sender: str) -> None:
        parts = urlsplit(url)
        options = parse_qs(parts.query)
        self.sender = sender
        self.connect: dict[str, Any] = {
            "host": parts.hostname or "localhost",
            "port": parts.port or 25,
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_tls": options.get("tls") == ["1"],
            "use_ssl": parts.scheme == "smtps",
            "timeout": 20,
        }

    def send(self, outs: Sequence[Outgoing]) -> Answers:
        """Send as plain text; the Message-ID is the message's own, so a repeat can be told."""
        return side_by_side(self._send_one, outs)

    def _send_one(self, out: Outgoing) -> None:
        domain = make_msgid().rpartition("@")[2].rstrip(">")
        message = EmailMessage(
            out.subject,
            out.body,
            self.sender,
            [out.address],
            headers={"Message-ID": f"<{out.id}@{domain}>", "Auto-Submitted": "auto-generated"},
            connection=EmailBackend(**self.connect),
        )
        message.send()
