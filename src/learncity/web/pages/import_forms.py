"""What is asked of whoever sends a list: which it is, and what its columns hold."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learncity.apps.imports import queries
from learncity.apps.imports.types import COUNTRIES, ImportValue
from learncity.apps.organizations import queries as organizations
from learncity.apps.roles.access import organizations_for
from learncity.apps.roles.types import Actor
from learncity.kernel.texts import LANGUAGES, django_language


class ListForm(forms.Form):
    """A list: which, and the file or its pasted rows; of people, what no row says of them."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.CharField(widget=forms.HiddenInput)
    owner = forms.UUIDField(label=gettext_lazy("Whose list it is"), required=False)
    list_name = forms.CharField(
        label=gettext_lazy("Which list it is"),
        help_text=gettext_lazy(
            "The same words each time, such as the name of the union: so its rows are known again."
        ),
        max_length=80,
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "XLSX or CSV, up to 20 MB, the names of the columns in the first row."
        ),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
    )
    rows = forms.CharField(
        label=gettext_lazy("Or paste the rows"),
        help_text=gettext_lazy("Copied from a spreadsheet, with the names of the columns."),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("We write to them in"),
        help_text=gettext_lazy("Where a row does not say it."),
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Their phone numbers are of"),
        help_text=gettext_lazy("Where a number, or an ID number, does not say it."),
        choices=[("CN", gettext_lazy("China")), ("VN", gettext_lazy("Viet Nam"))],
        initial=COUNTRIES[0],
        required=False,
    )
    giver = forms.CharField(
        label=gettext_lazy("Who gave out their numbers"),
        help_text=gettext_lazy("The union, employer or school, where no column says it."),
        max_length=80,
        required=False,
    )

    def __init__(self, kind: str, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        known = queries.kinds()[kind]
        if known.is_shared:
            for name in ("language", "country", "giver"):
                del fields[name]
            fields["list_name"].label = _("A name for this list")
            fields["list_name"].help_text = _("Such as the term it is for; what its columns hold "
                                              "is known again by it.")  # fmt: skip
        else:
            names = dict(settings.LANGUAGES)
            fields["language"].choices = [(tag, names[django_language(tag)]) for tag in LANGUAGES]
        own = organizations_for(actor, known.act) if known.is_shared else None
        if own is None:
            del fields["owner"]
            return
        found = organizations.organizations(own).values()
        choices = [(str(o.id), str(o.name)) for o in found]
        fields["owner"] = forms.ChoiceField(
            label=fields["owner"].label, choices=choices, initial=choices[0][0] if choices else ""
        )

    def clean(self) -> dict[str, Any]:
        """One of file and rows must be there."""
        said = super().clean() or {}
        if not said.get("file") and not said.get("rows", "").strip() and not self.errors:
            self.add_error("file", _("Choose a file, or paste the rows."))
        return said

    def content(self) -> tuple[str, Iterable[bytes]]:
        """The name of what was sent, and its bytes."""
        file = self.cleaned_data["file"]
        if file:
            return file.name, file.chunks()
        return "", [self.cleaned_data["rows"].encode()]


class ColumnsForm(forms.Form):
    """What each column of a list holds."""

    def __init__(self, value: ImportValue, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = queries.kinds()[value.kind]
        theirs = {name: ours for ours, name in value.columns.items()}
        choices = [("", _("Not read")), *((k, kind.label_of(k)) for k in kind.columns.all)]
        self._names = {f"c{n}": name for n, name in enumerate(value.header)}
        for key, name in self._names.items():
            self.fields[key] = forms.ChoiceField(
                label=name, choices=choices, required=False, initial=theirs.get(name, "")
            )

    def columns(self) -> list[tuple[str, str]]:
        """Our name of a column and the file's, of those that are read."""
        return [(self.cleaned_data[k], name) for k, name in self._names.items()
                if self.cleaned_data[k]]  # fmt: skip
