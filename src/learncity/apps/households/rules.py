"""Pure decisions: how long a mandate may last, and how an address is shown again."""

from datetime import date, timedelta

from .types import BadUntil, MandateKind, NotAMinor

# A delegate's mandate lasts at most a year, a leap day included.
LONGEST = timedelta(days=366)
# Of age at this birthday.
OF_AGE = 18
# An invitation or offer waits so long for its answer.
WAITS = timedelta(days=30)
# So many of one person's may wait at once.
MOST_OPEN = 20


def check_until(kind: MandateKind, *, today: date, until: date, born: int | None) -> None:
    """Whether a mandate from today may last until, and without, this day.

    Args:
        born: year of birth of the principal.

    Raises:
        BadUntil: it is over already, or lasts too long.
        NotAMinor: a guardian for somebody of age, or of unknown age.
    """
    if until <= today:
        raise BadUntil
    if kind == MandateKind.DELEGATE:
        if until > today + LONGEST:
            raise BadUntil
        return
    # Only the year is known: the officer reads the day on the paper.
    if born is None or today.year > born + OF_AGE:
        raise NotAMinor
    if until > date(born + OF_AGE + 1, 1, 1):
        raise BadUntil


def masked(phone: str | None, email: str | None) -> str:
    """An address as its writer recognises it, and nobody else learns it: ``+86 ··· 0001``."""
    if phone:
        return f"{phone[:3]} ··· {phone[-4:]}"
    local, _, domain = (email or "").partition("@")
    return f"{local[:1]}···@{domain}"
