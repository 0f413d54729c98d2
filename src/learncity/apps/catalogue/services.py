"""Every change to the catalogue."""

from .editing import (
    begin_course,
    choose,
    hold_back,
    open_edition,
    publish,
    send_back,
    send_in,
    take_back,
    withdraw,
    write_edition,
)
from .writing import write_courses

__all__ = [
    "begin_course",
    "choose",
    "hold_back",
    "open_edition",
    "publish",
    "send_back",
    "send_in",
    "take_back",
    "withdraw",
    "write_courses",
    "write_edition",
]
