"""The forms of signing in."""

from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm
from allauth.core import context
from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from learncity.apps.people import services as people
from learncity.apps.people.types import Addresses, BadAddress
from learncity.kernel.texts import content_language

from .limits import may_ask

TOO_MANY = _("Too many codes were asked for. Wait a minute, or call us and we help you.")


class AddressForm(forms.Form):
    """One field: a phone number or an e-mail address."""

    address = forms.CharField(
        label=_("Phone number or e-mail address"),
        max_length=254,
        error_messages={"required": BadAddress.says},
    )

    def clean_address(self) -> Addresses:
        """The address in the form in which it is kept; too many tries are refused."""
        try:
            found = people.parse_address(
                self.cleaned_data["address"], region="CN", invented=settings.DEMO
            )
        except BadAddress as wrong:
            raise forms.ValidationError(wrong.says) from wrong
        if not may_ask(context.request, found.phone or found.email or ""):
            raise forms.ValidationError(TOO_MANY)
        return found

    def account(self) -> Any:
        """The account of the address; made when there is none, so that nobody can tell."""
        return people.account_for(
            address=self.cleaned_data["address"], language=content_language(get_language())
        )


class AnotherCodeForm(forms.Form):
    """No field: another code to the same address, counted like the first."""

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._address = address

    def clean(self) -> None:
        """Too many codes are refused."""
        if not may_ask(context.request, self._address):
            raise forms.ValidationError(TOO_MANY)


class CodeForm(ConfirmLoginCodeForm):
    """One field: the code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label = _("Sign-in code")
        code.widget = forms.TextInput()
        code.error_messages["required"] = _("Enter the six digits of the code.")

    def clean_code(self) -> str:
        """The code as it was sent; spaces are forgiven."""
        self.cleaned_data["code"] = "".join(self.cleaned_data["code"].split())
        try:
            return super().clean_code()
        except forms.ValidationError as wrong:
            raise forms.ValidationError(
                _("This is not the code we sent. Look again, or ask for a new one.")
            ) from wrong
