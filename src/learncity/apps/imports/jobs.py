"""Background entry points of imports."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from learncity.kernel.jobs import enqueue, job

from . import queries, services

# A batch takes about a second; a list that has not moved for so long has nobody.
_SILENCE = timedelta(minutes=1)


@job()
def carry_out(import_id: str) -> None:
    """Check or apply a list to its end."""
    services.run(UUID(import_id))


@job(cron="* * * * *")
def take_up_again() -> None:
    """Have lists whose worker was killed carried on by another."""
    for import_id in queries.stale(timezone.now() - _SILENCE):
        enqueue(carry_out, import_id=str(import_id))
