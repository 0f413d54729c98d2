"""The forms of the course editor: one a part, each saying what the blueprint would state."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from learncity.apps.catalogue import queries, services
from learncity.apps.catalogue.types import (
    AUDIENCE_NAMES,
    CATEGORY_NAMES,
    COURSE_MODE_NAMES,
    LANGUAGE_NAMES,
    LEVEL_NAMES,
    MATERIAL_KIND_NAMES,
    PART_NAMES,
    SUPPORT_NAMES,
    Category,
    ChangedMeanwhile,
    Clash,
    CreditUnit,
    EditionValue,
    Part,
    Payer,
)
from learncity.kernel.acting import By
from learncity.kernel.texts import LANGUAGES
from learncity.web.acts import ActForm, Words, as_typed, named
from learncity.web.clash_words import clash_name, words_now
from learncity.web.course_words import SDG_NAMES

_TEXTS = ("title", "summary", "needs")
# So many materials a course has at most.
MOST_MATERIALS = 20


class PartForm(ActForm):
    """One part of a course; what is typed becomes what the edition states."""

    part: Part
    # What it states, by name.
    says: Sequence[str] = ()

    # What stood there when the form was shown: who leaves a field as it was writes nothing of it.
    was = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, found: EditionValue, **kwargs: Any) -> None:
        self.found = found
        self.said = said = found.said
        was = json.dumps({name: said[name] for name in self.says}, ensure_ascii=False)
        kwargs["initial"] = self.shown() | {"was": was}
        super().__init__(*args, **kwargs)
        self.title = PART_NAMES[self.part]

    def shown(self) -> dict[str, Any]:
        """What stands in the fields at first."""
        return dict(self.said)

    def stated(self) -> dict[str, Any]:
        """What the fields say."""
        return dict(self.cleaned_data)

    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Write it into the edition."""
        said = self.stated()
        for name in _TEXTS:
            if name in said:
                said[name] = _unseen(self.said[name]) | said[name]
        said, was = {n: said[n] for n in self.says}, self._was()
        try:
            services.write_edition(key=key, said=said, shown=was, by=by, at=at)
        except ChangedMeanwhile as refusal:
            self._show_again(was or {}, refusal.clashes)
            raise

    def _show_again(self, was: Mapping[str, Any], clashes: Sequence[Clash]) -> None:
        """Say what stands now; saved once more, what was typed was written by who has seen it."""
        seen = dict(was)
        for clash in clashes:
            if clash.language:
                text = {**seen[clash.name], clash.language: clash.theirs}
                seen[clash.name] = {tag: words for tag, words in text.items() if words}
            else:
                seen |= clash.both[1]
        data: Any = self.data
        self.data = data = data.copy()
        data["was"] = json.dumps(seen, ensure_ascii=False)
        stands = "; ".join(f"{clash_name(c)}: {words_now(self.found, c)}" for c in clashes)
        more = _("Now it says: %(words)s. What you wrote stands below; save it to put it there.")
        self.add_error(None, more % {"words": stands})

    def _was(self) -> dict[str, Any] | None:
        """What was shown, as the page sent it back; ``None`` when it is not of this form."""
        try:
            was = json.loads(self.cleaned_data["was"])
        except ValueError:
            return None
        is_whole = isinstance(was, dict) and {*was} == {*self.says}
        if not is_whole or not all(isinstance(was[n], dict) for n in _TEXTS if n in was):
            return None
        # As what comes back of a text that nobody touched.
        texts = {n: {tag: as_typed(str(text)) for tag, text in was[n].items()}
                 for n in _TEXTS if n in was}  # fmt: skip
        return {**was, **texts}


def _unseen(text: Mapping[str, str]) -> dict[str, str]:
    """Of a text, the languages for which there is no field: who writes the others keeps them."""
    return {tag: words for tag, words in text.items() if tag not in LANGUAGES}


def several(label: Any, names: Mapping[Any, Any], help_text: Any = "") -> Any:
    """Any of a list, by ticking."""
    return forms.MultipleChoiceField(
        label=label, choices=named(names), required=False, help_text=help_text,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


class DescriptionForm(PartForm):
    """What it is called and about."""

    part = Part.DESCRIPTION
    says = ("title", "summary", "needs")

    # Not ``title``: that is what a form is called.
    called = Words(label=gettext_lazy("What it is called"))
    summary = Words(label=gettext_lazy("What people can do afterwards, and how it ends"), long=True)
    needs = Words(label=gettext_lazy("What one needs, or does not need"), required=False, long=True)

    def shown(self) -> dict[str, Any]:
        """The title under its other name."""
        return {**self.said, "called": self.said["title"]}

    def stated(self) -> dict[str, Any]:
        """The title under its own name."""
        data = self.cleaned_data
        return {"title": data["called"], "summary": data["summary"], "needs": data["needs"] or {}}


class SubjectForm(PartForm):
    """What it is about, what one can do afterwards, which goals it serves."""

    part = Part.SUBJECT
    says = ("subject", "category", "skills", "sdgs")

    subject = forms.ChoiceField(
        label=gettext_lazy("Subject"),
        help_text=gettext_lazy("It decides in which of the six categories the course is found."),
    )
    skills = several(gettext_lazy("What one can do afterwards"), {})
    sdgs = several(gettext_lazy("Goals of sustainable development"), {})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[Category, list[tuple[str, str]]] = {}
        self._category = {s.key: s.category for s in queries.subjects()}
        for one in queries.subjects():
            groups.setdefault(one.category, []).append((one.key, str(one.name)))
        fields: Any = self.fields
        fields["subject"].choices = [
            ("", _("Choose one")),
            *((CATEGORY_NAMES[category], groups[category]) for category in Category
              if category in groups),
        ]  # fmt: skip
        fields["skills"].choices = [(s.key, str(s.name)) for s in queries.skills()]
        fields["sdgs"].choices = [(str(n), f"{n} {words}") for n, words in SDG_NAMES.items()]

    def shown(self) -> dict[str, Any]:
        """Goals as text."""
        return {**self.said, "sdgs": [str(n) for n in self.said["sdgs"]]}

    def stated(self) -> dict[str, Any]:
        """The category is the subject's."""
        data = self.cleaned_data
        return {
            "subject": data["subject"],
            "category": self._category[data["subject"]].value,
            "skills": sorted(data["skills"]),
            "sdgs": [int(n) for n in data["sdgs"]],
        }


class EffortForm(PartForm):
    """How it is taught, how much learning it is, what it counts."""

    part = Part.EFFORT
    says = ("mode", "effort_weekly", "effort_total", "credits", "credit_unit")

    mode = forms.ChoiceField(
        label=gettext_lazy("How it is taught"), required=False,
        choices=[("", gettext_lazy("Not said")), *named(COURSE_MODE_NAMES)],
    )  # fmt: skip
    effort_weekly = forms.IntegerField(
        label=gettext_lazy("Minutes of learning a week"), required=False, min_value=1,
        max_value=10_080, help_text=gettext_lazy("With what is practised at home."),
    )  # fmt: skip
    effort_total = forms.IntegerField(
        label=gettext_lazy("Minutes of learning in all"), required=False, min_value=1,
        max_value=10_000_000,
        help_text=gettext_lazy(
            "How much work it is, not how long one may take. Say at least one of the two."
        ),
    )  # fmt: skip
    credits = forms.DecimalField(
        label=gettext_lazy("Credits or lesson hours"), required=False, decimal_places=2,
        max_digits=7, min_value=Decimal("0.01"),
    )  # fmt: skip
    credit_unit = forms.ChoiceField(
        label=gettext_lazy("Which of them"), required=False,
        choices=[("", gettext_lazy("None")), (CreditUnit.CREDIT.value, gettext_lazy("Credits")),
                 (CreditUnit.HOUR.value, gettext_lazy("Lesson hours"))],
    )  # fmt: skip

    def shown(self) -> dict[str, Any]:
        """Credits as people write them."""
        known = self.said["credits"]
        return {**self.said, "credits": None if known is None else Decimal(known) / 100}

    def clean(self) -> dict[str, Any]:
        """What the database would refuse, said beside its field."""
        data = super().clean() or self.cleaned_data
        weekly, total = data.get("effort_weekly"), data.get("effort_total")
        if weekly and total and total < weekly:
            self.add_error("effort_total", _("This is less than one week. Compare the two."))
        if not weekly and not total and not self.errors:
            self.add_error("effort_weekly", _("Say how much work it is, a week or in all."))
        if (data.get("credits") is None) != (not data.get("credit_unit")):
            self.add_error("credit_unit", _("Say how many, and of which; or neither."))
        return data

    def stated(self) -> dict[str, Any]:
        """Credits in hundredths."""
        data = self.cleaned_data
        counted = data["credits"]
        return {
            **data,
            "mode": data["mode"] or None,
            "credits": None if counted is None else int(counted * 100),
            "credit_unit": data["credit_unit"] or None,
        }


def _yuan(label: Any, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_digits=10, decimal_places=2,
        help_text=help_text,
    )  # fmt: skip


class PriceForm(PartForm):
    """Who pays what for one learner; empty: not known."""

    part = Part.PRICE
    says = ("pays",)
    lead = gettext_lazy("For one learner. Leave empty what you do not know; write 0 for nothing.")

    learner = _yuan(gettext_lazy("The learner pays (yuan)"))
    union = _yuan(gettext_lazy("The union pays (yuan)"))
    city = _yuan(gettext_lazy("The city pays (yuan)"))
    employer = _yuan(gettext_lazy("The employer pays (yuan)"))

    def shown(self) -> dict[str, Any]:
        """Amounts in yuan."""
        pays = self.said["pays"]
        return {p.slug: Decimal(pays[p.value]) / 100 for p in Payer if p.value in pays}

    def stated(self) -> dict[str, Any]:
        """Amounts in the smallest part."""
        data = self.cleaned_data
        return {
            "pays": {
                p.value: int(data[p.slug] * 100) for p in Payer if data.get(p.slug) is not None
            }
        }


class LanguagesForm(PartForm):
    """For whom it is, and in which languages."""

    part = Part.LANGUAGES
    says = ("level", "audiences", "taught_in")

    level = forms.ChoiceField(label=pgettext_lazy("course", "Level"), choices=named(LEVEL_NAMES))
    audiences = several(gettext_lazy("For whom"), AUDIENCE_NAMES)
    taught_in = forms.MultipleChoiceField(
        label=gettext_lazy("Taught in"), widget=forms.CheckboxSelectMultiple,
        choices=[(tag, LANGUAGE_NAMES[tag]) for tag in LANGUAGES],
    )  # fmt: skip

    def stated(self) -> dict[str, Any]:
        """With the languages that cannot be ticked."""
        ticked, before = self.cleaned_data["taught_in"], self.said["taught_in"]
        kept = [tag for tag in before if tag in ticked or tag not in LANGUAGES]
        new = [tag for tag in ticked if tag not in before]
        return {**self.cleaned_data, "taught_in": [*kept, *new]}


class AccessForm(PartForm):
    """What helps to follow it."""

    part = Part.ACCESS
    says = ("access",)

    access = several(
        gettext_lazy("Help to follow it"), SUPPORT_NAMES,
        gettext_lazy("What helps to get into the house stands with the site."),
    )  # fmt: skip


class MaterialsForm(PartForm):
    """What one learns from; one more than there are can be written."""

    part = Part.MATERIALS
    says = ("materials",)
    lead = gettext_lazy("A material without a title is left out.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._count = len(self.said["materials"]) + 1
        # Somebody else may have taken one out meanwhile; what was typed is shown again.
        while f"title_{self._count}_0" in self.data:
            self._count += 1
        self._count = min(self._count, MOST_MATERIALS)
        for n in range(self._count):
            more = {"n": n + 1}
            self.fields[f"title_{n}"] = Words(label=_("Material %(n)s") % more, required=False)
            self.fields[f"kind_{n}"] = forms.ChoiceField(
                label=_("Kind of material %(n)s") % more, choices=named(MATERIAL_KIND_NAMES),
                required=False,
            )  # fmt: skip
            self.fields[f"link_{n}"] = forms.URLField(
                label=_("Link to material %(n)s") % more, required=False, max_length=500,
                assume_scheme="https",
            )  # fmt: skip
            self.fields[f"licence_{n}"] = forms.CharField(
                label=_("Licence of material %(n)s") % more, required=False, max_length=80,
                help_text=_("For example CC-BY-4.0."),
            )  # fmt: skip

    def shown(self) -> dict[str, Any]:
        """Field by field."""
        return {
            f"{name}_{n}": one[name]
            for n, one in enumerate(self.said["materials"])
            for name in ("title", "kind", "link", "licence")
        }

    def stated(self) -> dict[str, Any]:
        """Those with a title; one of which no title is shown stays."""
        data = self.cleaned_data
        known = self.said["materials"]
        found = []
        for n in range(self._count):
            one = {name: data[f"{name}_{n}"] for name in ("title", "kind", "link", "licence")}
            had = known[n]["title"] if n < len(known) else {}
            unseen = _unseen(had)
            if one["title"] or (had and had == unseen):
                found.append({**one, "title": {**unseen, **one["title"]}})
        return {"materials": found}


FORMS: dict[Part, type[PartForm]] = {
    form.part: form
    for form in (
        DescriptionForm, SubjectForm, EffortForm, PriceForm, LanguagesForm, AccessForm,
        MaterialsForm,
    )
}  # fmt: skip
