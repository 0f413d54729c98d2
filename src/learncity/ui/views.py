"""The style page: what the components look like, with invented content and no database.

?look=day|night|contrast, ?mode=senior, ?lang=zh-hans|vi|en, ?data=low and ?demo=1 hold for that
page only.
"""

from types import SimpleNamespace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from learncity.kernel.access import everyone
from learncity.ui import style_samples
from learncity.ui.style_forms import FilterForm, SampleForm

HTML_LANG = {"zh-hans": "zh-Hans", "vi": "vi", "en": "en"}
SAMPLES = {"home": "zh-hans", "course_class": "zh-hans", "senior_home": "zh-hans", "roster": "vi"}


def _page(request: HttpRequest, lang: str, **more: object) -> SimpleNamespace:
    look, mode = request.GET.get("look", ""), request.GET.get("mode", "")
    sample = style_samples.BY_LANGUAGE[lang]
    return SimpleNamespace(
        **{
            "lang": HTML_LANG[lang],
            "mode": mode if mode == "senior" else "",
            "look": look if look in {"day", "night", "contrast"} else "",
            "low_data": request.GET.get("data") == "low",
            "city": sample["city"],
            "place": SimpleNamespace(key="sample", name=sample["place"]),
            "languages": [(code, name, code == lang) for code, name in style_samples.LANGUAGES],
            "here": request.get_full_path(),
            "nav": sample["nav"],
            "account": None,
            "inbox_unread": 0,
            "help": SimpleNamespace(**sample["help"]),
            "is_demo": "demo" in request.GET,
        }
        | more
    )


def _language(request: HttpRequest, default: str) -> str:
    lang = request.GET.get("lang", default).lower()
    return lang if lang in HTML_LANG else default


@everyone
def style_page(request: HttpRequest) -> HttpResponse:
    """Show every component."""
    lang = _language(request, "en")
    good = SampleForm(initial={"phone": "138 0000 1234", "language": "vi"}, auto_id="good_%s")
    bad = SampleForm({"name": "", "phone": "12", "email": "lan@", "times": []}, auto_id="bad_%s")
    filters = FilterForm({"state": "waiting"}, auto_id="sift_%s")
    with translation.override(lang):
        return render(
            request,
            "ui/style.html",
            {
                "page": _page(request, lang),
                "samples": style_samples.ALL,
                "chart": style_samples.CHART,
                "desk": style_samples.BY_LANGUAGE["vi"] | style_samples.DESK,
                "icons": style_samples.ICON_WORDS,
                "good": good,
                "bad": bad,
                "filters": filters,
                "views": style_samples.VIEWS,
                "page_samples": list(SAMPLES),
                "colours": style_samples.COLOURS,
            },
        )


@everyone
def sample_page(request: HttpRequest, name: str) -> HttpResponse:
    """Show a whole page made of the components: home, class, senior home, roster."""
    if name not in SAMPLES:
        raise Http404
    lang = _language(request, SAMPLES[name])
    more: dict[str, object] = {}
    if name == "senior_home":
        more = {"mode": "senior", "nav": []}
    elif name == "roster":
        more = {
            "nav": style_samples.DESK["nav"],
            "inbox_unread": 3,
            "account": SimpleNamespace(name="Trần Thị Lan"),
        }
    with translation.override(lang):
        return render(
            request,
            f"ui/samples/{name}.html",
            {
                "page": _page(request, lang, **more),
                "s": style_samples.BY_LANGUAGE[lang],
                "desk": style_samples.DESK,
                "filters": FilterForm({"state": "waiting"}, auto_id="sift_%s"),
            },
        )
