"""What this room writes into the record, and tells people."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from learncity.apps.notices.types import Kind as MessageKind
from learncity.apps.record.types import Kind as FactKind

SUBJECT = "people.person"

SEEN_IN_PERSON = FactKind("security.seen_in_person", _("Showed who you are at a desk"))
SEEN_ENDED = FactKind("security.seen_in_person_ended", _("The note of the desk was taken back"))
ALL = (SEEN_IN_PERSON, SEEN_ENDED)

TELL_VISIT = MessageKind(
    "security.visit",
    gettext_noop("Support looked at your pages"),
    gettext_noop(
        "%(operator)s of the city office looks at your pages for at most 30 minutes, to help you: "
        "“%(reason)s”. They can change nothing. If you did not ask for help, call us."
    ),
)
TELL_FACTOR = MessageKind(
    "security.factor_added",
    gettext_noop("A second factor was set up"),
    gettext_noop(
        "From now on your desk also asks for your app or passkey. You were signed out everywhere "
        "else. If this was not you, call us at once."
    ),
)
TELL_FORGOTTEN = MessageKind(
    "security.factors_forgotten",
    gettext_noop("Your second factor was taken away"),
    gettext_noop(
        "The city office took away the second factors of your account, because you lost them. Set "
        "up a new one under Security. If this was not you, call us at once."
    ),
)
TELL_LINKED = MessageKind(
    "security.linked",
    gettext_noop("A further sign-in was linked"),
    gettext_noop(
        "%(way)s now opens your account. If this was not you, remove it under Security and call us."
    ),
)
