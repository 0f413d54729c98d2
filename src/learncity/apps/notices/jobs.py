"""Background entry points of notices."""

from django.utils import timezone

from learncity.kernel.jobs import job

from . import services


@job(cron="27 19 * * *")
def forget_old_deliveries() -> None:
    """Delete what left long ago."""
    services.forget_deliveries(at=timezone.now())
