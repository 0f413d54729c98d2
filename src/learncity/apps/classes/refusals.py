"""What this room refuses, each with a sentence of what to do. Part of ``types``."""

from django.utils.translation import gettext_lazy as _

from learncity.kernel.errors import DomainError, NotFound


class ClassNotFound(NotFound):
    """No class of this key."""

    says = _("There is no such class. It may have been renamed.")
    code = "class_not_found"


class EnrolmentNotFound(NotFound):
    """No enrolment of this receipt that the asking person may see."""

    says = _("There is no such receipt among yours.")
    code = "enrolment_not_found"


class ClassClosed(DomainError):
    """Applications are over."""

    says = _("Applications for this class are closed. Look for another class of the same course.")
    code = "class_closed"


class NotOffered(DomainError):
    """Its course was withdrawn, or its provider is suspended; what runs goes on."""

    says = _("This course is not offered at present. Look for another one, or call us.")
    code = "not_offered"


class ClassNotOpenYet(DomainError):
    """Applications have not begun."""

    says = _("Applications for this class have not opened yet. Come back on the day it opens.")
    code = "class_not_open_yet"


class ClassCancelled(DomainError):
    """The class does not take place."""

    says = _("This class has been cancelled. Look for another class of the same course.")
    code = "class_cancelled"


class ClassFull(DomainError):
    """No seat is free and the waiting list is full."""

    says = _(
        "Every seat is taken and the waiting list is full. Nothing was lost: try another class."
    )
    code = "class_full"


class ClassOver(DomainError):
    """The last session is over; there is nothing to withdraw from."""

    says = _("This class is over, so your place can no longer be given back.")
    code = "class_over"


class SeatsInUse(DomainError):
    """Fewer seats than are taken."""

    says = _("More people hold a seat than that. Give a number that is not below the seats taken.")
    code = "seats_in_use"


class RoomTaken(DomainError):
    """The room is booked at that time."""

    says = _("The room is already booked at that time. Choose another room or time.")
    code = "room_taken"


class RoomTooSmall(DomainError):
    """Fewer people fit in than the class has seats."""

    says = _("The room has fewer places than the class has seats. Choose a larger one.")
    code = "room_too_small"


class TermNotFound(NotFound):
    """No term of this key."""

    says = _("There is no such term.")
    code = "term_not_found"


class RoomNotFound(NotFound):
    """No room of this id."""

    says = _("There is no such room.")
    code = "room_not_found"


class ClosesTooLate(DomainError):
    """Applications would be taken after the last meeting."""

    says = _("Applications cannot close after the last meeting. Choose an earlier moment.")
    code = "closes_too_late"


class TooManyAtOnce(DomainError):
    """More classes than are changed at once."""

    says = _("So many classes are not changed at once. Choose fewer; 200 are the most.")
    code = "too_many_at_once"


class CannotUndo(DomainError):
    """It was undone, is too long ago, or people were told that it does not take place."""

    says = _("This cannot be undone any more.")
    code = "cannot_undo"


class ChangedSince(DomainError):
    """Somebody changed the same after it was done."""

    says = _("It was changed since, so it stays as it is.")
    code = "changed_since"


class InstructorTaken(DomainError):
    """The instructor teaches elsewhere at that time."""

    says = _("The instructor already teaches at that time. Choose another time or instructor.")
    code = "instructor_taken"
