"""Forms of the style page; they store nothing."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(
        label=_("Your name"), help_text=_("As it is written on your identity card.")
    )
    phone = forms.CharField(
        label=_("Mobile number"),
        help_text=_("We send you a code and, before each class, a short message."),
        min_length=8,
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    code = forms.CharField(
        label=_("The six digits we sent you"),
        required=False,
        help_text=_("They hold for ten minutes."),
    )
    born = forms.DateField(
        label=_("Date of birth"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    language = forms.ChoiceField(
        label=_("Language of our messages"),
        choices=[("zh", "中文"), ("vi", "Tiếng Việt"), ("en", "English")],
    )
    times = forms.MultipleChoiceField(
        label=_("When can you come?"),
        widget=forms.CheckboxSelectMultiple,
        choices=[("e", _("Weekday evenings")), ("w", _("Weekends")), ("m", _("Mornings"))],
        help_text=_("Choose all that fit."),
    )
    way = forms.ChoiceField(
        label=_("How would you like to learn?"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("room", _("In a classroom")), ("online", _("Online")), ("both", _("Both"))],
    )
    why = forms.CharField(
        label=_("What would you like to be able to do?"),
        required=False,
        widget=forms.Textarea,
    )
    agreed = forms.BooleanField(
        label=_("The teacher may see my name and phone number."), required=False
    )


class FilterForm(forms.Form):
    """The filters of a worklist."""

    q = forms.CharField(label=_("Name or phone"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), ("waiting", _("Waiting")), ("done", _("Done"))],
    )
