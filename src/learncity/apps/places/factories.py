"""Places for tests and benchmarks. Never used by the product."""

from datetime import date
from uuid import UUID

from django.utils import timezone

from learncity.kernel.acting import SYSTEM
from learncity.kernel.texts import Text

from . import bulk, services
from .models import Place
from .types import Line, PlaceKind

EVE = date(2020, 1, 1)


def make_country(tree: dict[str, str], *, country: str = "XX") -> dict[str, UUID]:
    """Regions by code, each with the code of its parent (empty at the top); their ids.

    A code's length says what it is: two letters a province, three a district, more a commune.
    """
    kinds = {2: PlaceKind.PROVINCE, 3: PlaceKind.DISTRICT}
    bulk.state_base(
        country,
        [
            bulk.Base(code, kinds.get(len(code), PlaceKind.COMMUNE), Text(vi=f"Xã {code}"), parent)
            for code, parent in tree.items()
        ],
        on=EVE,
    )
    services.redraw()
    services.take_effect(at=timezone.now())
    return dict(Place.objects.filter(code__in=tree).values_list("code", "id"))


def make_reform(*lines: Line, effective: date, key: str = "reform", country: str = "XX") -> None:
    """Draft and apply a reform."""
    services.draft_reform(
        key=key, title={"en": key}, act="", country=country, effective=effective, lines=lines,
        by=SYSTEM,
    )  # fmt: skip
    services.apply_reform(key=key, by=SYSTEM, at=timezone.now())
