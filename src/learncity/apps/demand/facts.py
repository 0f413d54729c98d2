"""What this room tells people."""

from django.utils.translation import gettext_noop

from learncity.apps.notices.types import Kind as MessageKind

TELL_OPENED = MessageKind(
    "demand.class_opened",
    gettext_noop("You can apply now: %(title)s"),
    gettext_noop(
        "You asked us to tell you: a class of “%(title)s” takes applications. It begins "
        "%(starts)s. Places go to whoever applies first."
    ),
)
TELL_FREED = MessageKind(
    "demand.seat_freed",
    gettext_noop("A seat is free: %(title)s"),
    gettext_noop(
        "You asked us to tell you: a class of “%(title)s” was full, and now a seat is free. It "
        "begins %(starts)s. Others were told too; the seat goes to whoever applies first."
    ),
)
TELL_FITS = MessageKind(
    "demand.something_fits",
    gettext_noop("Something new for you: %(title)s"),
    gettext_noop(
        "You look for “%(wanted)s”, and “%(title)s” is new. Look whether it suits you. If you no "
        "longer look for it, say so under What I wait for."
    ),
)
TELL_FIT = MessageKind(
    "demand.several_fit",
    gettext_noop("Something new for you: %(title)s and more"),
    gettext_noop(
        "You look for “%(wanted)s”, and %(n)s things are new, “%(title)s” among them. If you no "
        "longer look for it, say so under What I wait for."
    ),
)
TELL_OVER = MessageKind(
    "demand.wish_over",
    gettext_noop("We no longer look for: %(wanted)s"),
    gettext_noop(
        "You asked us on %(made)s to tell you of “%(wanted)s”. That was long ago, so we stop "
        "looking. If you still want it, ask us again."
    ),
)
