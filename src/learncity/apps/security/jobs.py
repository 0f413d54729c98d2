"""Background entry points of security."""

from django.utils import timezone

from learncity.kernel.jobs import job

from . import services


@job(cron="37 18 * * *")
def forget_ended_sessions() -> None:
    """Delete sessions that are over, and codes of apps that were used a day ago."""
    services.forget_ended(at=timezone.now())
