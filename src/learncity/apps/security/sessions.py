"""Django's session engine, in this room's table: a session knows whose it is (``SESSION_ENGINE``).

Read in one short statement, because every page of somebody asks it, and written in one.
"""

from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from .models import BrowserSession
from .types import BROWSER, USED


def _hour(at: datetime) -> datetime:
    # When exactly somebody was here is nobody's business, theirs included.
    return at.replace(minute=0, second=0, microsecond=0)


class SessionStore(db.SessionStore):
    """Sessions in the database, by account."""

    @classmethod
    def get_model_class(cls) -> Any:
        """The table."""
        return BrowserSession

    def load(self) -> dict[str, Any]:
        """What the session holds; empty, and its key forgotten, when it is over or unknown."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT session_data FROM security_session "
                "WHERE session_key = %s AND expire_date > %s",
                [self.session_key, timezone.now()],
            )
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row[0])

    def save(self, must_create: bool = False) -> None:
        """Keep what the session holds, whose it is, and the hour of its last use.

        Raises:
            CreateError: the key is taken.
            UpdateError: the session was ended meanwhile; it is not brought back.
        """
        if self.session_key is None:
            return self.create()
        # As Django's own `save` does; its stubs leave the method out.
        data: dict[str, Any] = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        at = timezone.now()
        if SESSION_KEY in data:
            data[USED] = int(at.timestamp())
        row = {
            "session_data": self.encode(data),
            "expire_date": self.get_expiry_date(),
            "account_id": data.get(SESSION_KEY),
            "browser": data.get(BROWSER, ""),
            "used_at": _hour(at),
        }
        try:
            with transaction.atomic():
                if must_create:
                    BrowserSession.objects.create(session_key=self.session_key, **row)
                    return None
                found = BrowserSession.objects.filter(session_key=self.session_key).update(**row)
        except IntegrityError as error:  # the key is taken, or the account was deleted meanwhile
            raise (CreateError if must_create else UpdateError) from error
        if not found:
            raise UpdateError
        return None
