"""A map drawn here: numbered marks, the reader's own place and a scale, without streets.

No tiles of anybody: what it shows is how places lie to each other. The list beside it says all of
it in words, with the same numbers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from learncity.apps.places.types import Point

WIDTH, HEIGHT, EDGE = 640, 440, 34
_APART = 30
_METRES_A_DEGREE = 111_195  # of latitude, of the sphere by which distances are reckoned
_SCALES = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)


@dataclass(frozen=True, slots=True)
class Mark:
    """A numbered place, in units of the drawing; ``px``, ``py`` where it really lies."""

    number: int
    x: int
    y: int
    px: int
    py: int

    @property
    def is_moved(self) -> bool:
        """Whether the number had to step aside for another."""
        return abs(self.x - self.px) + abs(self.y - self.py) > 4


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything the template draws."""

    marks: tuple[Mark, ...]
    here: tuple[int, int] | None
    scale_metres: int
    scale_length: int
    width: int = WIDTH
    height: int = HEIGHT


def draw(points: Sequence[Point], here: Point | None) -> Drawing | None:
    """Marks numbered from 1 in the order of the points; ``None`` when there is none."""
    if not points:
        return None
    shown = [*points, here] if here else list(points)
    middle = math.cos(math.radians(sum(p.latitude for p in shown) / len(shown)))
    flat = [
        (p.longitude * middle * _METRES_A_DEGREE, -p.latitude * _METRES_A_DEGREE) for p in shown
    ]
    left, top = min(x for x, _ in flat), min(y for _, y in flat)
    wide, high = max(x for x, _ in flat) - left, max(y for _, y in flat) - top
    units = min(
        (WIDTH - 2 * EDGE) / max(wide, 200), (HEIGHT - 2 * EDGE) / max(high, 200)
    )  # for a metre
    across, down = (WIDTH - wide * units) / 2, (HEIGHT - high * units) / 2
    spots = [(across + (x - left) * units, down + (y - top) * units) for x, y in flat]
    own = spots.pop() if here else None
    steps = [metres for metres in _SCALES if metres * units <= WIDTH / 3]
    scale = steps[-1] if steps else _SCALES[0]
    marks = tuple(
        Mark(n, round(x), round(y), round(px), round(py))
        for n, ((x, y), (px, py)) in enumerate(zip(_apart(spots, own), spots, strict=True), 1)
    )
    return Drawing(
        marks, (round(own[0]), round(own[1])) if own else None, scale, round(scale * units)
    )


def _apart(
    spots: Sequence[tuple[float, float]], own: tuple[float, float] | None
) -> list[tuple[float, float]]:
    """Let marks that would cover each other, or the reader's place, step aside, always alike."""
    moved = [list(spot) for spot in (*spots, *([own] if own else []))]
    for _turn in range(60):
        is_quiet = True
        for n, a in enumerate(moved):
            for m in range(n + 1, len(moved)):
                b = moved[m]
                dx, dy = b[0] - a[0], b[1] - a[1]
                distance = math.hypot(dx, dy)
                if distance >= _APART:
                    continue
                is_quiet = False
                if distance < 1:
                    dx, dy, distance = math.cos(m), math.sin(m), 1
                push = (_APART - distance) / 2 + 0.5
                a[0] -= dx / distance * push
                a[1] -= dy / distance * push
                b[0] += dx / distance * push
                b[1] += dy / distance * push
        if own:
            moved[-1] = list(own)
        for spot in moved:
            spot[0] = min(max(spot[0], EDGE / 2), WIDTH - EDGE / 2)
            spot[1] = min(max(spot[1], EDGE / 2), HEIGHT - EDGE / 2)
        if is_quiet:
            break
    return [(spot[0], spot[1]) for spot in moved[: len(spots)]]
