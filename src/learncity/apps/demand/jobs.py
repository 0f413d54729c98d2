"""Background entry points of demand."""

from django.utils import timezone

from learncity.kernel.jobs import job

from . import services


@job(cron="* * * * *")
def tell_what_is_due() -> None:
    """Tell what waited: for the opening of applications, or for a new day."""
    at = timezone.now()
    while services.tell_due(at=at):
        pass


@job(cron="11 16 * * *")
def end_wishes() -> None:
    """End wishes whose time is over and say so; forget words that stayed rare."""
    at = timezone.now()
    while services.end_over(at=at):
        pass
    services.forget_rare_words(at=at)
