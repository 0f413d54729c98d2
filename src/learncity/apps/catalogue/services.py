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
from .programmes import (
    begin_programme,
    end_programme,
    put_course,
    take_course_out,
    write_programme,
)
from .writing import write_courses

__all__ = [
    "begin_course",
    "begin_programme",
    "choose",
    "end_programme",
    "hold_back",
    "open_edition",
    "publish",
    "put_course",
    "send_back",
    "send_in",
    "take_back",
    "take_course_out",
    "withdraw",
    "write_courses",
    "write_edition",
    "write_programme",
]
