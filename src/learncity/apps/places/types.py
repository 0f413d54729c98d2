"""What other rooms may know of places. Pure data."""

import math
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from learncity.kernel.texts import Text

# Streets are not straight: the detour of a walk over the line, and an unhurried pace. Both are the
# planners' rule of thumb; the result is always shown as an estimate.
DETOUR = 1.3
METRES_A_MINUTE = 75


class PlaceKind(StrEnum):
    """What a region is; which kinds a country has is data."""

    PROVINCE = "PROVINCE"
    CITY = "CITY"
    DISTRICT = "DISTRICT"
    SUBDISTRICT = "SUBDISTRICT"


@dataclass(frozen=True, slots=True)
class Point:
    """A position, in degrees (WGS 84)."""

    latitude: float
    longitude: float

    def metres_to(self, other: "Point") -> float:
        """Great-circle distance in metres (haversine, mean radius 6,371,009 m)."""
        lat, lat2 = math.radians(self.latitude), math.radians(other.latitude)
        half_lat = (lat2 - lat) / 2
        half_lon = math.radians(other.longitude - self.longitude) / 2
        chord = math.sin(half_lat) ** 2 + math.cos(lat) * math.cos(lat2) * math.sin(half_lon) ** 2
        return 2 * 6_371_009 * math.asin(math.sqrt(chord))

    def minutes_to(self, other: "Point") -> int:
        """Estimated minutes on foot, at least one."""
        return max(1, round(self.metres_to(other) * DETOUR / METRES_A_MINUTE))


@dataclass(frozen=True, slots=True)
class PlaceValue:
    """A region as it is now. ``path`` lists the keys from the top, joined by dots."""

    id: UUID
    key: str
    kind: PlaceKind
    name: Text
    path: str
    parent_id: UUID | None
    point: Point | None
