"""Background entry points of roles."""

from django.utils import timezone

from learncity.kernel.jobs import job

from . import services


@job(cron="35 16 * * *")
def review_roles() -> None:
    """Begin the reviews that are due, and end what nobody kept in those that are over."""
    at = timezone.now()
    services.close_due_reviews(at=at)
    services.open_due_reviews(at=at)
