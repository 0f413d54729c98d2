"""What is said of rows whose class would meet on a public holiday."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from learncity.apps.privacy import queries as privacy
from learncity.kernel import formats
from learncity.kernel.csv_files import RowError
from learncity.kernel.workdays import Calendar

from ._known import Candidate, Known

# So many days are named.
_MOST = 5


def notes(
    candidates: Collection[Candidate], known: Known, zone: ZoneInfo, *, at: datetime
) -> list[RowError]:
    """Of each row whose coming meetings fall on public holidays, which; three queries at most."""
    places = {c.key: known.place_of(c.stated) for c in candidates if not c.stated.is_cancelled}
    calendars = privacy.calendars_at({pk for pk in places.values() if pk}) if places else {}
    found = []
    for candidate in candidates:
        says = _said(candidate, places.get(candidate.key), calendars, zone, at)
        if says:
            cells = candidate.cells
            found.append(RowError(cells.row.number, cells.file.name_of("starts"), "", says))
    return found


def _said(
    candidate: Candidate, place_id: UUID | None, calendars: Mapping[UUID, Calendar],
    zone: ZoneInfo, at: datetime,
) -> str:  # fmt: skip
    calendar = calendars.get(place_id) if place_id else None
    if calendar is None:
        return ""
    days = [
        begins
        for _n, begins, _ends, _online in candidate.stated.meetings(zone)
        if begins > at and calendar.is_known_holiday(begins.date())
    ]
    if not days:
        return ""
    named = ", ".join(formats.day(day) for day in days[:_MOST])
    more = " …" if len(days) > _MOST else ""
    return _("meets on public holidays: %(days)s") % {"days": f"{named}{more}"}
