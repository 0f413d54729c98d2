"""Who a browser is signed in as: two short statements, because every page of somebody asks them."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

from learncity.apps.people import queries as people


class SessionStore(db.SessionStore):
    """Django's sessions in the database, read without building a query."""

    def load(self) -> dict[str, Any]:
        """What the session holds; empty, and its key forgotten, when it is over or unknown."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT session_data FROM django_session "
                "WHERE session_key = %s AND expire_date > %s",
                [self.session_key, timezone.now()],
            )
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row[0])


class Backend(AuthenticationBackend):
    """allauth's, with the account and its person read at once."""

    def get_user(self, user_id: Any) -> Any:
        """The living account of a session, or ``None``."""
        return people.account_of_id(user_id)
