"""Background entry points of privacy."""

from django.utils import timezone

from learncity.kernel.jobs import job

from . import services


@job(cron="17 19 * * *")
def sweep_what_is_over() -> None:
    """Delete or blank what was kept as long as it may be, record class by record class."""
    services.sweep(at=timezone.now())


@job(cron="37 18 * * *")
def carry_out_erasures() -> None:
    """Erase those whose request was granted a day ago, or whose time is over."""
    services.carry_out_erasures(at=timezone.now())
