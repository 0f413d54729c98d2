"""The promises of the design system: every component is shown, it is small, and it can be read."""

import gzip
import re
from pathlib import Path

import pytest
from django.test import RequestFactory

from learncity.ui import style_samples
from learncity.ui.icons import ICONS
from learncity.ui.templatetags.ui import HOUSES, chart, lit_lamps, phone_link, street
from learncity.ui.views import SAMPLES, sample_page, style_page

HERE = Path(__file__).resolve().parent.parent
CSS = (HERE / "static/ui/lamp.css").read_text()
TEMPLATES = HERE / "templates/ui"


@pytest.mark.parametrize(
    "query", ["", "look=night", "look=contrast", "mode=senior", "lang=vi", "data=low&demo=1"]
)
def test_the_style_page_is_drawn_in_every_look(query):
    answer = style_page(RequestFactory().get(f"/ui/style/?{query}"))

    assert answer.status_code == 200


@pytest.mark.parametrize("lang", ["zh-hans", "vi", "en"])
@pytest.mark.parametrize("name", SAMPLES)
def test_the_page_samples_are_drawn_in_every_language(name, lang):
    answer = sample_page(RequestFactory().get(f"/ui/style/{name}/?lang={lang}"), name)

    assert answer.status_code == 200


def test_every_component_is_shown():
    templates = {path: path.read_text() for path in TEMPLATES.rglob("*.html")}
    drawn_by_tag = {"chart.html", "field.html", "error_summary.html"}

    missing = [
        path.name
        for path in templates
        if path.parent.name == "components"
        and path.name not in drawn_by_tag
        and not any(path.name in text for other, text in templates.items() if other != path)
    ]

    assert missing == []


def test_every_component_begins_with_its_purpose():
    for path in (TEMPLATES / "components").glob("*.html"):
        assert path.read_text().lstrip().startswith(("{#", "{% comment %}", "{% load")), path.name


def test_every_icon_is_shown_with_a_word():
    assert {name for name, _word in style_samples.ICON_WORDS} == set(ICONS)


def test_the_style_sheet_stays_small_and_old_phones_can_read_it():
    assert len(gzip.compress(CSS.encode(), 9)) <= 9.5 * 1024
    rules = re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)
    assert not re.search(
        r"@layer|@import|:has\(|:is\(|:where\(|color-mix|url\(|inset:|(margin|padding)-(inline|block):",
        rules,
    )


@pytest.mark.parametrize(
    ("free", "total", "lit"),
    [
        (14, 30, (5, 10)),
        (1, 30, (1, 10)),
        (29, 30, (9, 10)),
        (30, 30, (10, 10)),
        (0, 30, (0, 10)),
        (3, 6, (3, 6)),
        (9, 6, (6, 6)),
        (0, 0, (0, 0)),
    ],
)
def test_lamps_light_for_free_seats(free, total, lit):
    assert lit_lamps(free, total) == lit


def test_the_street_lights_one_window_a_class():
    assert sum(cols * rows for _x, cols, rows in HOUSES) == 137
    assert street(23).split('class="lit"')[1].count("M") == 23
    assert street(500).split('class="lit"')[1].count("M") == 137


def test_a_chart_of_nothing_is_drawn():
    assert chart([])["rows"] == []
    assert chart([("a", 0)], kind="columns")["rows"][0]["high"] == "0em"


def test_a_phone_number_becomes_a_link():
    assert phone_link("+86 512-0000 1234") == "+8651200001234"


def _tokens(selector: str) -> dict[str, str]:
    found = re.findall(re.escape(selector) + r" \{(.*?)\}", CSS, flags=re.DOTALL)
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6})", " ".join(found)))


def _light(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(d * 2 for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    lin = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * lin[0] + 0.7152 * lin[1] + 0.0722 * lin[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_light(one), _light(other)))
    return (high + 0.05) / (low + 0.05)


DAY, SENIOR = _tokens("\n:root"), _tokens('\n:root[data-mode="senior"]')
NIGHT = DAY | _tokens('\n:root[data-look="night"]')
LOOKS = {
    "day": (DAY, 4.5),
    "night": (NIGHT, 4.5),
    "senior by day": (DAY | SENIOR, 7),
    "senior by night": (NIGHT | _tokens('\n:root[data-mode="senior"][data-look="night"]'), 7),
    "contrast": (DAY | _tokens('\n:root[lang][data-look="contrast"]'), 7),
}
PAIRS = [
    *[("ink", ground) for ground in ("paper", "sheet", "glow", "jade-bg", "plum-bg")],
    *[("soft", ground) for ground in ("paper", "sheet", "glow", "jade-bg", "plum-bg")],
    ("on-lamp", "lamp"), ("jade", "jade-bg"), ("jade", "paper"), ("jade", "sheet"),
    ("plum", "plum-bg"), ("plum", "paper"), ("plum", "sheet"),
]  # fmt: skip


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read_on_its_ground(look, text, ground):
    tokens, least = LOOKS[look]

    assert _contrast(tokens[text], tokens[ground]) >= least


@pytest.mark.parametrize("look", LOOKS)
def test_the_edge_of_a_field_can_be_seen(look):
    tokens, _least = LOOKS[look]

    assert _contrast(tokens["edge"], tokens["sheet"]) >= 3
