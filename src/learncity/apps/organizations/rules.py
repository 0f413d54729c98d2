"""Pure decisions on organizations: the check digits of their numbers, days that are left."""

import re
from collections.abc import Iterable
from datetime import date

from .types import BadRegistration, Register

# GB 32100-2015: no I, O, S, V, Z, which are mistaken for digits; weights are powers of 3 modulo 31.
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = [3**n % 31 for n in range(17)]
_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


def registration(register: Register, number: str) -> str:
    """The number as it is kept, without spaces and in capitals.

    Raises:
        BadRegistration: its form or check digit is wrong.
    """
    plain = re.sub(r"[\s.]", "", number).upper()
    right = is_uscc(plain) if register == Register.CN_USCC else is_tax_code(plain)
    if not right:
        raise BadRegistration(register)
    return plain


def is_uscc(number: str) -> bool:
    """Whether a unified social credit code of 18 signs has its check sign (GB 32100-2015)."""
    if len(number) != 18 or any(sign not in _USCC for sign in number):
        return False
    total = sum(_USCC.index(s) * w for s, w in zip(number, _USCC_WEIGHTS, strict=False))
    return _USCC[-total % 31] == number[17]


def is_tax_code(number: str) -> bool:
    """Whether a tax code of ten digits, or of a branch with three more, has its check digit."""
    if not re.fullmatch(r"[0-9]{10}(-?[0-9]{3})?", number) or number[10:].strip("-") == "000":
        return False
    total = sum(int(d) * w for d, w in zip(number, _TAX_WEIGHTS, strict=False))
    return 10 - total % 11 == int(number[9])


# From a day (``None``: for ever) to before a day (``None``: no end).
Days = tuple[date | None, date | None]


def left_over(since: date, until: date | None, had: Iterable[Days]) -> list[Days]:
    """What of some days lies in none of others, in order."""
    found: list[Days] = []
    for begin, end in sorted(had, key=lambda days: days[0] or date.min):
        if begin is not None and begin > since:
            found.append((since, begin if until is None else min(begin, until)))
        if end is None:
            return found
        since = max(since, end)
        if until is not None and since >= until:
            break
    if until is None or since < until:
        found.append((since, until))
    return found
