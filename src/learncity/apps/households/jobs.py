"""Background entry points of households."""

from django.utils import timezone

from learncity.kernel.jobs import job

from . import services


@job(cron="5 16 * * *")
def end_expired_mandates() -> None:
    """End mandates, offers and invitations whose last day is over; their addresses go."""
    at = timezone.now()
    services.end_expired(at=at)
    services.end_expired_invitations(at=at)
