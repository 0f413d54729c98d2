"""What this room writes into the record, and tells people."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from learncity.apps.notices.types import Kind as MessageKind
from learncity.apps.record.types import Kind as FactKind

SUBJECT = "classes.class"

PLACE_TAKEN = FactKind("classes.place_taken", _("Got a place"))
WAITING = FactKind("classes.waiting", _("Joined the waiting list"))
OFFERED = FactKind("classes.place_from_waiting_list", _("Got a place from the waiting list"))
WITHDRAWN = FactKind("classes.withdrawn", _("Gave the place back"))
LEFT_WAITING = FactKind("classes.left_waiting_list", _("Left the waiting list"))
CANCELLED = FactKind("classes.class_cancelled", _("The class was cancelled"))
RESUMED = FactKind("classes.class_resumed", _("The class takes place after all"))
ALL = (PLACE_TAKEN, WAITING, OFFERED, WITHDRAWN, LEFT_WAITING, CANCELLED, RESUMED)

TELL_PLACE = MessageKind(
    "classes.place_taken",
    gettext_noop("You have a place: %(title)s"),
    gettext_noop(
        "You have a place in “%(title)s”. Your first meeting is %(starts)s. Receipt %(receipt)s. "
        "If you cannot come, give the place back, so that somebody who waits can have it."
    ),
)
TELL_WAITING = MessageKind(
    "classes.waiting",
    gettext_noop("You are on the waiting list: %(title)s"),
    gettext_noop(
        "“%(title)s” is full. You are number %(position)s on the waiting list. When a place "
        "becomes free it is yours, and we write to you. Receipt %(receipt)s."
    ),
)
TELL_OFFERED = MessageKind(
    "classes.place_from_waiting_list",
    gettext_noop("A place became free for you: %(title)s"),
    gettext_noop(
        "You waited for “%(title)s”, and now you have a place. Your first meeting is %(starts)s. "
        "Receipt %(receipt)s. If you no longer want it, give it back in My classes."
    ),
)
TELL_LEFT = MessageKind(
    "classes.left_waiting_list",
    gettext_noop("You left the waiting list: %(title)s"),
    gettext_noop(
        "You no longer wait for “%(title)s”. You can join the list again, at its end. "
        "Receipt %(receipt)s."
    ),
)
TELL_WITHDRAWN = MessageKind(
    "classes.withdrawn",
    gettext_noop("You gave your place back: %(title)s"),
    gettext_noop(
        "You are no longer in “%(title)s”. Nobody counts this against you, and you can apply "
        "again as long as places are free. Receipt %(receipt)s."
    ),
)
TELL_CANCELLED = MessageKind(
    "classes.class_cancelled",
    gettext_noop("Cancelled: %(title)s"),
    gettext_noop(
        "“%(title)s” does not take place any more. You need not come, and nobody counts it "
        "against you. Look for another class of the same course. Receipt %(receipt)s."
    ),
)
TELL_CANCELLED_WHY = MessageKind(
    "classes.class_cancelled_why",
    gettext_noop("Cancelled: %(title)s"),
    gettext_noop(
        "“%(title)s” does not take place any more: %(reason)s. You need not come, and nobody "
        "counts it against you. Look for another class of the same course. Receipt %(receipt)s."
    ),
)
TELL_RESUMED = MessageKind(
    "classes.class_resumed",
    gettext_noop("Takes place after all: %(title)s"),
    gettext_noop(
        "“%(title)s” was cancelled, but takes place after all. Your place is still yours; the "
        "next meeting is %(starts)s. Receipt %(receipt)s."
    ),
)
TELL_MOVED = MessageKind(
    "classes.class_moved",
    gettext_noop("New time or place: %(title)s"),
    gettext_noop(
        "“%(title)s” has a new time or place. The next meeting is %(starts)s; look at the class "
        "for all of them. If you cannot come any more, give your place back. Receipt %(receipt)s."
    ),
)
