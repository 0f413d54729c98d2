"""What allauth asks of this installation: who signs in with an address, and how a code travels."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from learncity.apps.notices import services as notices
from learncity.apps.notices.types import Channel
from learncity.apps.people import services as people
from learncity.kernel.texts import content_language

from .begun import begun
from .claims import redirect_to_claim
from .ways import redirect_to_link


class Adapter(DefaultAccountAdapter):
    """One field, one code. Codes go through the outbox; addresses belong to ``people``."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by the first code that is asked for, never by a sign-up form."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Carry a code by e-mail; allauth's other letters belong to forms that are not offered."""
        if "code" in context:
            self._want(Channel.EMAIL, email, context["code"])

    def send_verification_code_sms(self, user: Any, phone: str, code: str, **kwargs: Any) -> None:
        """Carry a code by SMS."""
        self._want(Channel.SMS, phone, code)

    @staticmethod
    def _want(channel: Channel, address: str, code: str) -> None:
        language = content_language(get_language())
        notices.want_code(channel=channel, address=address, code=code, language=language)

    def get_phone(self, user: Any) -> tuple[str, bool] | None:
        """The account's phone number, and whether a code ever came back."""
        return (user.phone, user.verified_at is not None) if user.phone else None

    def set_phone_verified(self, user: Any, phone: str) -> None:
        """A code came back; the account in hand must know, or a second code would be asked for."""
        user.verified_at = user.verified_at or timezone.now()
        people.prove(account_id=user.pk, at=user.verified_at)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        """A code came back, by whichever way; the session now belongs to the account."""
        people.prove(account_id=user.pk, at=timezone.now())
        begun(request, user.pk)
        response = super().post_login(request, user, **kwargs)
        # Who came from another provider is asked whether it shall open this account.
        response = redirect_to_link(request, response)
        # And whoever an office may have written down is asked whether they are that person.
        return redirect_to_claim(request, response, user)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """The code is right, but the account was ended."""
        return render(request, "web/error.html", {"kind": "ended"}, status=403)

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Say nothing: the pages themselves tell what happened, in their own words."""
