"""Background entry points of places."""

from django.utils import timezone

from learncity.kernel.jobs import job

from . import services


@job(cron="7 * * * *")
def bring_reforms_into_force() -> None:
    """Change the regions of today where a reform's day has come, soon after its midnight."""
    services.take_effect(at=timezone.now())
