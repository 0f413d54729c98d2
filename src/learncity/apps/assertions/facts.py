"""The keys of this room, what it writes into the record, and what it tells people."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from learncity.apps.notices.types import Kind as MessageKind
from learncity.apps.record.types import Kind as FactKind

from .types import Key, ValueType

SUBJECT = "assertions.assertion"

KEYS = (
    Key("union_member_since", _("Union member"), ValueType.DATE, _("Member since")),
    Key("employed", _("Employed"), ValueType.TEXT, _("Employer"), own=True),
    Key("post", _("Post"), ValueType.TEXT, _("Post"), own=True),
    Key("shifts", _("Shifts"), ValueType.SHIFTS, _("Shifts"), own=True),
    Key("contract_until", _("Employment contract"), ValueType.DATE, _("Contract until")),
    Key(
        "months_insured",
        _("Insured"),
        ValueType.NUMBER,
        _("Months insured"),
        _("months"),
    ),
    Key("enrolled_at", _("Enrolled"), ValueType.TEXT, _("Programme")),
    Key("graduated", _("Graduated"), ValueType.TEXT, _("Qualification")),
    Key("model_worker", _("Model worker"), ValueType.TEXT, _("Honorary title")),
    Key("volunteer", _("Volunteer"), ValueType.NUMBER, _("Hours"), _("hours")),
)

MADE = FactKind("assertions.made", _("An organization vouched for you"))
WITHDRAWN = FactKind("assertions.withdrawn", _("An organization withdrew what it said"))
OBJECTED = FactKind("assertions.objected", _("Objected to what an organization said"))
ALL = (MADE, WITHDRAWN, OBJECTED)

TELL_MADE = MessageKind(
    "assertions.made",
    gettext_noop("%(organization)s vouches for you: %(what)s"),
    gettext_noop(
        "%(organization)s entered something about you: %(what)s. Its verification code for others "
        "is %(code)s. If it is not right, object to it on the page What is said of me."
    ),
)
TELL_WITHDRAWN = MessageKind(
    "assertions.withdrawn",
    gettext_noop("%(organization)s withdrew: %(what)s"),
    gettext_noop(
        "%(organization)s no longer says this of you: %(what)s. Reason: %(reason)s. The code "
        "%(code)s is no longer valid."
    ),
)
TELL_OBJECTED = MessageKind(
    "assertions.objected",
    gettext_noop("Somebody objects: %(what)s"),
    gettext_noop(
        "Somebody objects to what %(organization)s said of them: %(what)s, code %(code)s. Look at "
        "it at the desk, and withdraw it or answer."
    ),
)
TELL_ANSWERED = MessageKind(
    "assertions.answered",
    gettext_noop("%(organization)s answered you: %(what)s"),
    gettext_noop(
        "%(organization)s looked at your objection and stays with it: %(what)s. The answer: "
        "%(reason)s"
    ),
)
