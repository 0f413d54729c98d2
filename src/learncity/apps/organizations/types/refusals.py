"""When the room says no, and what to do about it."""

from django.utils.translation import gettext_lazy as _

from learncity.kernel.errors import DomainError, NotFound


class OrganizationNotFound(NotFound):
    """No organization has this key."""


class CommitteeNotFound(NotFound):
    """No committee has this key."""


class AgreementNotFound(NotFound):
    """No agreement has this key, or no promise of it this number."""


class KeyTaken(DomainError):
    """Another thing has the key."""

    says = _("This key is taken. Choose another: it stands in the address for ever.")
    code = "key_taken"


class BadRegistration(DomainError):
    """The number's own check digit does not fit."""

    says = _("This number contains a mistake: its check digit does not fit. Compare it again.")
    code = "bad_registration"


class RegistrationTaken(DomainError):
    """A living organization has the number."""

    says = _("Another organization is registered under this number. Look for it in the register.")
    code = "registration_taken"


class WouldCircle(DomainError):
    """The organization would come to belong to itself."""

    says = _("It would belong to itself, by way of others. Choose another parent.")
    code = "would_circle"


class DatesOverlap(DomainError):
    """The same is said of these days already."""

    says = _("Something else holds for some of these days. End that first, or choose other days.")
    code = "dates_overlap"


class EndsBeforeBegin(DomainError):
    """The last day lies before the first."""

    says = _("The last day lies before the first. Correct one of them.")
    code = "ends_before_begin"


class HasEnded(DomainError):
    """The organization is no more."""

    says = _("This organization has ended. Choose its successor.")
    code = "has_ended"


class SecondChair(DomainError):
    """A committee has one chair at a time."""

    says = _("There is a chair on these days. End their time in office first.")
    code = "second_chair"


class NobodyNamed(DomainError):
    """A member needs a name or a person."""

    says = _("Enter the name of the member.")
    code = "nobody_named"


class TooFewParties(DomainError):
    """Nobody agrees with themselves."""

    says = _("An agreement has at least two parties. Choose another one.")
    code = "too_few_parties"


class NotAParty(DomainError):
    """Only a party of the agreement promises in it."""

    says = _("Only a party of the agreement can promise something in it.")
    code = "not_a_party"


class AmountMissing(DomainError):
    """An amount and its unit belong together; what is promised in numbers is done in numbers."""

    says = _("Enter how much, as a number above zero, and what is counted.")
    code = "amount_missing"


class EvidenceMissing(DomainError):
    """What was done is said with how one can see it."""

    says = _("Say what was done and how one can see it.")
    code = "evidence_missing"


class NotYet(DomainError):
    """What was done lies in the past."""

    says = _("This day has not come yet. Enter the day on which it was done.")
    code = "not_yet"
