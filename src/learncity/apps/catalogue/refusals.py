"""When the room says no, and what to do about it. Others read it in ``types``."""

from django.utils.translation import gettext_lazy as _

from learncity.kernel.errors import DomainError, NotFound


class CourseNotFound(NotFound):
    """No course has this key."""


class ChangedMeanwhile(DomainError):
    """What was read for review is not what waits now."""

    says = _("The course was changed while you read it. Nothing was published: read it again.")
    code = "changed_meanwhile"


class ChangedElsewhere(DomainError):
    """Both sides changed the same, and nobody chose yet."""

    says = _(
        "Something in this course was changed elsewhere while it was written here, in the same "
        "place. Its provider has to choose what stays."
    )
    code = "changed_elsewhere"


class SubjectElsewhere(DomainError):
    """The subject belongs to another category."""

    says = _("This subject belongs to another category. Choose one of the course’s category.")
    code = "subject_elsewhere"


class NotListed(DomainError):
    """A subject or skill that the city's lists do not have."""

    says = _("This subject or skill is not in the city’s list. Choose one that is.")
    code = "not_listed"


class EffortImpossible(DomainError):
    """All of the effort is less than that of one week."""

    says = _("All of the learning is less than one week of it. Compare the two.")
    code = "effort_impossible"


class IsInReview(DomainError):
    """What was sent in is looked at as it is."""

    says = _("The course is in review. Take it back first, then change it.")
    code = "is_in_review"


class NotInReview(DomainError):
    """There is nothing to decide."""

    says = _("The course is not in review any more. Look at the list again.")
    code = "not_in_review"


class NotComplete(DomainError):
    """Something that the public needs is missing."""

    says = _("Something is still missing. The list says what.")
    code = "not_complete"


class MayNotPublish(DomainError):
    """The provider is not accredited, or suspended."""

    says = _(
        "The organization may not publish courses now: it is not accredited, or suspended. Call "
        "the city office."
    )
    code = "may_not_publish"


class OwnWork(DomainError):
    """Whoever wrote or sent in a course does not review it."""

    says = _("You wrote or sent in this course yourself. Somebody else reviews it.")
    code = "own_work"


class ReasonMissing(DomainError):
    """Nobody can mend what they are not told."""

    says = _("Write what has to change, or why.")
    code = "reason_missing"


class NotPublished(DomainError):
    """Only what is published can be withdrawn."""

    says = _("The course is not published. There is nothing to withdraw.")
    code = "not_published"


class ProgrammeNotFound(NotFound):
    """No programme has this key, or it has ended."""


class CourseIsDraft(DomainError):
    """Nobody reads it yet."""

    says = _("The course is a draft that nobody reads yet. Put it in when it is published.")
    code = "course_is_draft"


class CourseIsWithdrawn(DomainError):
    """Nobody reads it any more."""

    says = _("The course is withdrawn. Choose another one, or ask who offers it.")
    code = "course_is_withdrawn"


class CourseIsHeld(DomainError):
    """Who offers it is suspended."""

    says = _(
        "The organization that offers the course is suspended. Put it in when it no longer is."
    )
    code = "course_is_held"


class DaysImpossible(DomainError):
    """It ends before it begins."""

    says = _("The last day is before the first. Compare the two.")
    code = "days_impossible"
