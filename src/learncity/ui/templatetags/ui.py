"""Template tags of the design system; a template builtin, so no page loads it.

Tags draw what a template cannot: icons, seats as lamps, charts, form fields. They read what they
are given and nothing else; they never query.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.forms import BaseForm, BoundField
from django.template.context import Context
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from learncity.ui.icons import ICONS

register = template.Library()

LAMPS = 10

# What a field of a kind tells the browser, so that the right keyboard and the right memory come up.
KINDS: dict[str, dict[str, str]] = {
    "tel": {"type": "tel", "inputmode": "tel", "autocomplete": "tel"},
    "email": {
        "type": "email",
        "inputmode": "email",
        "autocomplete": "email",
        "autocapitalize": "none",
        "spellcheck": "false",
    },
    "code": {"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"},
    "number": {"inputmode": "numeric", "autocomplete": "off"},
    "name": {"autocomplete": "name", "spellcheck": "false"},
    "date": {"type": "date"},
    "search": {"type": "search", "enterkeyhint": "search"},
}
GROUPS = {"radio", "checkboxes"}

# In ems: a bar with its words, and the tallest column.
BAR, COLUMN = 2.9, 8


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon as inline SVG, hidden from screen readers; a word must stand beside it."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>',
        mark_safe(ICONS[name]),  # noqa: S308 - our own constant
    )


def lit_lamps(free: int, total: int) -> tuple[int, int]:
    """Say how many lamps are lit, of how many drawn.

    Up to ten seats each seat is a lamp. Above, ten lamps stand for the share that is free: one free
    seat lights one, and all ten are lit only when nobody has taken a seat.
    """
    free = max(0, min(free, total))
    if total <= LAMPS:
        return free, max(total, 0)
    lit = -(-free * LAMPS // total)
    return (min(lit, LAMPS - 1) if free < total else LAMPS), LAMPS


@register.simple_tag
def lamps(free: int, total: int, text: str = "") -> SafeString:
    """Draw seats as lamps before the words that say the same: {% lamps 14 30 seats_text %}."""
    lit, drawn = lit_lamps(int(free or 0), int(total or 0))
    dots = mark_safe('<i class="lit"></i>' * lit + "<i></i>" * (drawn - lit))  # noqa: S308
    return format_html(
        '<span class="seats"><span class="lamps" aria-hidden="true">{}</span>'
        "<span>{}</span></span>",
        dots,
        text,
    )


@cache
def _prefer_path() -> str:
    try:
        return reverse("web:prefer")
    except NoReverseMatch:  # the style page stands alone in tests
        return ""


@register.simple_tag(takes_context=True)
def prefer(context: Context, **choice: str) -> str:
    """Make the link that sets one preference and comes back: {% prefer look="night" %}."""
    here = getattr(context.get("page"), "here", "") or "/"
    return f"{_prefer_path()}?{urlencode({**choice, 'next': here})}"


# From so many choices on a list of ticks has columns.
MANY = 8


@register.filter
def short_language(code: str) -> str:
    """Name a language in the two signs that fit a phone's header: 中文, VI, EN."""
    return "中文" if code.lower().startswith("zh") else code[:2].upper()


@register.filter
def nth(items: Sequence[Any], number: int) -> Any:
    """One of a list, by its place."""
    return items[number]


@register.filter
def phone_link(number: str) -> str:
    """Keep of a phone number what a tel: link may hold."""
    return "".join(sign for sign in str(number) if sign.isdigit() or sign == "+")


def _kind_of(bound: BoundField) -> str:
    kinds = {
        "RadioSelect": "radio",
        "CheckboxSelectMultiple": "checkboxes",
        "CheckboxInput": "checkbox",
        "Select": "select",
        "Textarea": "textarea",
        "EmailInput": "email",
        "DateInput": "date",
        "NumberInput": "number",
    }
    for parent in type(bound.field.widget).__mro__:
        if parent.__name__ in kinds:
            return kinds[parent.__name__]
    return "text"


@register.inclusion_tag("ui/components/field.html")
def field(
    bound: BoundField,
    kind: str = "",
    hint: str = "",
    label: str = "",
    quiet: bool = False,
    **attrs: str,
) -> dict[str, Any]:
    """Draw one field of a Django form: label above, hint, error, control.

    `kind` (tel, email, code, number, name, date, search, short) sets the keyboard and the browser's
    memory; other keyword arguments become attributes of the control (dashes as underscores).
    `quiet` leaves out '(optional)', for filters.
    """
    drawn = _kind_of(bound)
    preset: dict[str, str | bool] = {
        k: v for k, v in KINDS.get(kind or drawn, {}).items() if k not in bound.field.widget.attrs
    }
    hint = hint or str(bound.help_text)
    described = [f"{bound.id_for_label or bound.auto_id}_helptext"] if hint else []
    described += [f"{bound.id_for_label or bound.auto_id}_error"] if bound.errors else []
    if described and drawn not in GROUPS:
        preset["aria-describedby"] = " ".join(described)
    preset.update({key.replace("_", "-"): value for key, value in attrs.items()})
    return {
        "bound": bound,
        "id": bound.id_for_label or bound.auto_id,
        "label": label or bound.label,
        "hint": hint,
        "described": " ".join(described),
        "errors": bound.errors,
        "kind": kind or drawn,
        "drawn": drawn,
        # Long lists of ticks stand in columns, where there is room.
        "many": drawn == "checkboxes" and len(bound.subwidgets) > MANY,
        "optional": not bound.field.required and not quiet and drawn != "checkbox",
        "control": "" if drawn in GROUPS else bound.as_widget(attrs=preset),
    }


def _first_id(bound: BoundField) -> str:
    return bound.subwidgets[0].id_for_label if _kind_of(bound) in GROUPS else bound.auto_id


@register.inclusion_tag("ui/components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """List what must be mended in a form, each line a link to its field."""
    lines = [
        {
            "href": f"#{_first_id(bound)}",
            "label": str(bound.label).rstrip("?？:："),
            "message": error,
        }
        for bound in form
        for error in bound.errors
    ]
    return {"lines": lines, "general": list(form.non_field_errors())}


def _row(row: Any) -> dict[str, Any]:
    given = (
        row
        if isinstance(row, Mapping)
        else dict(zip(("label", "value", "text"), row, strict=False))
    )
    drawn = {"text": "", "goal": None, "lit": False, **given}
    drawn["text"] = drawn["text"] or drawn["value"]
    return drawn


def _em(value: float) -> str:
    return f"{value:.4g}em"


def _percent(value: float | None, of: float) -> str:
    return f"{max(0.0, min(100.0, 100 * float(value or 0) / of)):.4g}%" if of else "0%"


def _bar(row: dict[str, Any], n: int, top: float) -> None:
    line = n * BAR
    row |= {
        "words": _em(line + 1),
        "y": _em(line + 1.4),
        "width": _percent(row["value"], top),
        "goal_at": "" if row["goal"] is None else _percent(row["goal"], top),
        "goal_top": _em(line + 1.25),
        "goal_end": _em(line + 2.4),
    }


def _column(row: dict[str, Any], n: int, step: float, top: float) -> None:
    tall = COLUMN * float(row["value"] or 0) / top if top else 0
    row |= {
        "x": f"{(n + 0.16) * step:.4g}%",
        "wide": f"{step * 0.68:.4g}%",
        "middle": f"{(n + 0.5) * step:.4g}%",
        "high": _em(tall),
        "y": _em(COLUMN - tall + 1.6),
        "above": _em(COLUMN - tall + 1.2),
    }


@register.inclusion_tag("ui/components/chart.html")
def chart(
    rows: Iterable[Any],
    title: str = "",
    label: str = "",
    unit: str = "",
    kind: str = "bars",
    note: str = "",
) -> dict[str, Any]:
    """Draw numbers as bars (by place) or columns (by month), with the table beneath.

    A row is (label, value[, text]) or a mapping with label, value, text (the value as people read
    it), goal (a number: drawn as a mark) and lit (the one bar to look at). `label` heads the first
    column of the table, `unit` the second. Lengths are percentages and ems, so the drawing follows
    the width of the screen and the size of the letters.
    """
    drawn = [_row(row) for row in rows]
    top = max((float(row[key] or 0) for row in drawn for key in ("value", "goal")), default=0)
    for n, row in enumerate(drawn):
        if kind == "columns":
            _column(row, n, 100 / len(drawn), top)
        else:
            _bar(row, n, top)
    return {
        "rows": drawn,
        "title": title,
        "label": label,
        "unit": unit,
        "kind": kind,
        "note": note,
        "height": _em(COLUMN + 3.6 if kind == "columns" else len(drawn) * BAR),
        "has_goal": any(row["goal"] is not None for row in drawn),
    }


# The street of the home page: houses as (left edge, columns and rows of windows).
HOUSES = [(0, 3, 4), (54, 4, 7), (126, 2, 3), (168, 5, 5), (258, 3, 8), (318, 6, 4), (426, 3, 6)]
GROUND, WINDOW, ACROSS, DOWN = 176, "h7v11h-7z", 14, 20


@register.simple_tag
def street(lit: int) -> SafeString:
    """Draw the evening street of a home page: a lit window for every class that meets tonight.

    For the eye only; the headline says the number. There are 137 windows, enough for an evening.
    """
    walls = "".join(
        f"M{x} {GROUND}v-{rows * DOWN + 12}h{cols * ACROSS + 7}V{GROUND}z"
        for x, cols, rows in HOUSES
    )
    panes = [
        f"M{x + 7 + col * ACROSS} {GROUND - (row + 1) * DOWN - 2}{WINDOW}"
        for x, cols, rows in HOUSES
        for col in range(cols)
        for row in range(rows)
    ]
    order = [panes[n] for n in sorted(range(len(panes)), key=lambda n: (n * n * 31 + n * 7) % 137)]
    lit = max(0, min(int(lit or 0), len(panes)))
    return format_html(
        '<svg class="street" viewBox="0 0 480 176" preserveAspectRatio="xMaxYMax"'
        ' aria-hidden="true"><path class="walls" d="{}"/>'
        '<path class="unlit" d="{}"/><path class="lit" d="{}"/></svg>',
        walls,
        "".join(order[lit:]),
        "".join(order[:lit]),
    )
