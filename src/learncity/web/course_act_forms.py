"""What is done with a whole course: begun, sent in, settled, taken back, withdrawn, decided."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.apps.catalogue import services
from learncity.apps.catalogue.types import CATEGORY_NAMES, Category, ChangedMeanwhile, EditionValue
from learncity.kernel.acting import By
from learncity.web.acts import ActForm, Words, named
from learncity.web.clash_words import clash_name, clash_words


class BeginForm(ActForm):
    """A new course."""

    title = gettext_lazy("Begin a course")
    lead = gettext_lazy("Nobody sees it before it was reviewed.")
    button = gettext_lazy("Begin")

    organization = forms.ChoiceField(label=gettext_lazy("Offered by"))
    called = Words(label=gettext_lazy("What it is called"))
    category = forms.ChoiceField(label=gettext_lazy("Category"), choices=named(CATEGORY_NAMES))
    made = ""

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Begin it; its key is in ``made``."""
        data = self.cleaned_data
        self.made = services.begin_course(
            organization_key=data["organization"], title=data["called"],
            category=Category(data["category"]), by=by, at=at,
        )  # fmt: skip


class SendInForm(ActForm):
    """Hand it to the city's office."""

    title = gettext_lazy("Send the course in")
    lead = gettext_lazy("The city office looks at it. Until it has, you can take it back.")
    button = gettext_lazy("Send in")

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Send it in."""
        services.send_in(key=key, by=by, at=at)


class ChooseForm(ActForm):
    """What was changed here and elsewhere, one by one."""

    title = gettext_lazy("The course was changed elsewhere meanwhile")
    lead = gettext_lazy(
        "These places were changed here too. Choose what stays; nothing else is lost."
    )

    # What was read is what is chosen among.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, found: EditionValue, **kwargs: Any) -> None:
        self._mark = found.clashes_mark
        kwargs["initial"] = {"seen": self._mark}
        super().__init__(*args, **kwargs)
        for clash in found.clashes:
            ours, theirs = clash_words(found, clash)
            self.fields[clash.slug] = forms.ChoiceField(
                label=clash_name(clash), widget=forms.RadioSelect,
                choices=[("ours", _("What was written here: %(words)s") % {"words": ours}),
                         ("theirs", _("What stands now: %(words)s") % {"words": theirs})],
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Something else to choose is asked anew, with nothing chosen."""
        data = super().clean() or self.cleaned_data
        if self.data.get("seen") != self._mark:
            self.data = {"seen": self._mark}
            self.errors.clear()
            raise forms.ValidationError(str(ChangedMeanwhile.says))
        return data

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Settle all of them."""
        said = self.cleaned_data
        newer = [slug for slug, chosen in said.items() if chosen == "theirs"]
        services.choose(key=key, newer=newer, seen=said["seen"], by=by, at=at)


class TakeBackForm(ActForm):
    """Go on writing."""

    title = gettext_lazy("Take the course back")
    lead = gettext_lazy("You can change it again, and send it in once more.")
    button = gettext_lazy("Take back")

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Take it back."""
        services.take_back(key=key, by=by, at=at)


class ReasonForm(ActForm):
    """An act that is told with its reason."""

    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class WithdrawForm(ReasonForm):
    """Nobody finds it any more."""

    title = gettext_lazy("Withdraw the course")
    lead = gettext_lazy(
        "Nobody finds it any more. Its classes go on and take no more applications."
    )
    button = gettext_lazy("Withdraw")

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Withdraw it."""
        services.withdraw(key=key, reason=self.cleaned_data["reason"], by=by, at=at)


class SendBackForm(ReasonForm):
    """Return it to its provider."""

    title = gettext_lazy("Send the course back")
    lead = gettext_lazy("The provider is told what you write here.")
    button = gettext_lazy("Send back")

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Send it back."""
        services.send_back(key=key, reason=self.cleaned_data["reason"], by=by, at=at)


class PublishForm(ActForm):
    """Let everybody find it."""

    title = gettext_lazy("Publish the course")
    lead = gettext_lazy("Everybody can find it then. The provider is told.")
    button = gettext_lazy("Publish")
    # What was read is what is published.
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Publish it."""
        services.publish(key=key, seen=self.cleaned_data["seen"], by=by, at=at)
