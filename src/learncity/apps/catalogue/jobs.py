"""Background entry points of the catalogue."""

import time

from learncity.kernel.jobs import job

from . import indexing, meanings, pulls

# So long a minute is measured, so that other jobs have their turn.
_SECONDS = 20.0


@job(cron="* * * * *")
def keep_found() -> None:
    """Index what is missing, measure what is new and forget what is gone, within minutes."""
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        if not indexing.index_stale() and not meanings.measure():
            break
    meanings.forget_gone()
    meanings.take_means()


@job(cron="*/5 * * * *")
def follow_names() -> None:
    """Find courses by the names that their subject, skills, provider and programmes now have."""
    indexing.follow_names()


@job(cron="23 * * * *")
def count_words() -> None:
    """Count words, by which rare ones weigh more and mistyped ones are mended."""
    indexing.count_words()


@job(cron="41 19 * * *")
def take_pulls() -> None:
    """Work out which courses would be near to whatever is asked, at night."""
    pulls.take_pulls()
