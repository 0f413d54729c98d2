"""Who a browser is signed in as: one short statement, because every page of somebody asks it."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from learncity.apps.people import queries as people


class Backend(AuthenticationBackend):
    """allauth's, with the account and its person read at once."""

    def get_user(self, user_id: Any) -> Any:
        """The living account of a session, or ``None``."""
        return people.account_of_id(user_id)
