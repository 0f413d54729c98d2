"""Background entry points of people."""

from django.utils import timezone

from learncity.kernel.jobs import job

from . import services


@job(cron="47 18 * * *")
def forget_unproven_accounts() -> None:
    """Delete accounts whose sign-in code never came back."""
    services.forget_unproven(at=timezone.now())


@job(cron="17 19 * * *")
def renew_keys() -> None:
    """Bring what older installation keys sealed or hashed under the current one."""
    while services.renew_keys():
        pass
