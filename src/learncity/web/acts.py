"""Pages of one form that carries out one act: its fields, its button, its refusal."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from learncity.apps.people.access import account
from learncity.kernel.acting import By, Via
from learncity.kernel.errors import DomainError
from learncity.kernel.texts import LANGUAGES

# How a language is called beside the label of a field, in itself.
_TONGUES = {"zh-Hans": "中文", "vi": "Tiếng Việt", "en": "English"}


class ActForm(forms.Form):
    """A form that knows which service it calls."""

    title: str | Promise = ""
    lead: str | Promise = ""
    button: str | Promise = _("Save")
    # Another thing to do instead, with its url and label.
    way: Mapping[str, str] | None = None
    # To which field a refusal belongs, by its code; any other stands above the form.
    belongs: Mapping[str, str] = MappingProxyType({})

    @abstractmethod
    def carry_out(self, key: str, *, by: By, at: datetime) -> None:
        """Call the one service.

        Raises:
            DomainError: the service refuses.
        """


class Words(forms.MultiValueField):
    """A text in the languages of content; one of them is enough."""

    def __init__(self, *, label: Any, required: bool = True, long: bool = False) -> None:
        one = forms.CharField(max_length=4000, required=False)
        super().__init__(
            fields=[one] * len(LANGUAGES), label=label, required=required,
            require_all_fields=False, widget=_WordsWidget(long=long),
        )  # fmt: skip

    def compress(self, data_list: list[str]) -> dict[str, str]:
        """Only the languages that were filled in."""
        pairs = zip(LANGUAGES, data_list or [], strict=False)
        return {tag: words.strip() for tag, words in pairs if words and words.strip()}


class _WordsWidget(forms.MultiWidget):
    template_name = "web/words_widget.html"

    def __init__(self, *, long: bool) -> None:
        one = forms.Textarea if long else forms.TextInput
        super().__init__(
            [
                one(attrs={"lang": tag, "aria-label": _TONGUES[tag], "placeholder": _TONGUES[tag],
                           **({"rows": 3} if long else {})})
                for tag in LANGUAGES
            ]
        )  # fmt: skip

    def decompress(self, value: Mapping[str, str] | None) -> list[str]:
        """One text a language."""
        return [(value or {}).get(tag, "") for tag in LANGUAGES]


class _DayInput(forms.DateInput):
    input_type = "date"


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """A day, in the form in which browsers send it."""
    return forms.DateField(
        label=label, required=required, widget=_DayInput(format="%Y-%m-%d"), help_text=help_text,
        # So that the day after it is one too.
        validators=[MaxValueValidator(date(2999, 12, 31))],
    )  # fmt: skip


def after(last_day: date | None) -> date | None:
    """The first day without, of a last day as people say it."""
    return last_day + timedelta(days=1) if last_day else None


def last_day(until: date) -> date:
    """The last day, of the first day without."""
    return until - timedelta(days=1)


def by_desk(request: HttpRequest) -> By:
    """The signed-in person at a desk."""
    return By(account(request).person_id, Via.DESK)


def act(
    request: HttpRequest,
    form: ActForm,
    *,
    key: str,
    back: str,
    back_label: str,
    then: str | Callable[[], str],
) -> HttpResponse:
    """Show the form, or carry it out and go on; a refusal is said with what was typed.

    Args:
        then: where to go on; a function when that is known only afterwards.
    """
    if request.method == "POST" and form.is_valid():
        try:
            form.carry_out(key, by=by_desk(request), at=timezone.now())
        except DomainError as refusal:
            wrong = form.belongs.get(refusal.code)
            about = wrong if wrong in form.fields else None
            form.add_error(about, str(refusal.says) or str(_("This is not there any more.")))
        else:
            return redirect(then if isinstance(then, str) else then())
    context = {"form": form, "back": back, "back_label": back_label}
    return render(request, "web/act.html", context, status=422 if form.errors else 200)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked once more before something that cannot be undone.

    ``sends`` are the fields that carry it out, sent to the same address; ``figures`` as
    ``ui/components/figures.html`` takes them.
    """

    title: str
    text: str
    yes: str
    no: str
    back: str
    back_label: str
    lead: str = ""
    figures: Sequence[Mapping[str, Any]] = ()
    sends: Mapping[str, str] = field(default_factory=dict)


def sure(
    request: HttpRequest, question: Question, refusal: DomainError | None = None
) -> HttpResponse:
    """The page that asks once more."""
    context = {f.name: getattr(question, f.name) for f in fields(question)}
    context |= {"sends": question.sends.items(), "refusal": refusal}
    return render(request, "web/sure.html", context, status=422 if refusal else 200)


def named(items: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    """Choices of an enumeration by the words of its members."""
    return [(str(member), words) for member, words in items.items()]
