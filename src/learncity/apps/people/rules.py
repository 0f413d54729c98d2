"""Pure decisions on addresses, numbers of identity and names."""

import re
import unicodedata
from datetime import date

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from learncity.kernel.words import fold

from .types import (
    COUNTRY_ISSUED,
    NAME_ISSUED,
    Addresses,
    BadAddress,
    IdentifierInvalid,
    IdentifierKind,
    IssuerMissing,
    Number,
)

# Prefixes that no operator in China was ever given: the numbers of the invented people.
INVENTED = "+86154"

# In some countries, such as the United States, a number does not tell which of the two it is.
MOBILE = {
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
}
# Satellites and international services: their numbers may be MOBILE, but are of no country.
NO_COUNTRY = phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY


def parse_address(text: str, *, region: str, invented: bool) -> Addresses:
    """Tell a phone number from an e-mail address, in the form in which it is kept.

    Args:
        region: country of a number written without its code, such as ``CN``.
        invented: whether the numbers of invented people are accepted (demo only).

    Raises:
        BadAddress: it is neither.
    """
    text = text.strip()
    if "@" in text:
        return Addresses(None, _email(text))
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise BadAddress from error
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if _is_mobile(number) or (invented and e164.startswith(INVENTED)):
        return Addresses(e164, None)
    raise BadAddress


def _is_mobile(number: phonenumbers.PhoneNumber) -> bool:
    """Whether a message to it costs what one to a person does, in any country.

    Not a premium, shared-cost or personal number, nor one of a satellite: whoever earns by what is
    sent there would have codes sent there. A landline receives none.
    """
    region = phonenumbers.region_code_for_number(number)
    return phonenumbers.number_type(number) in MOBILE and region != NO_COUNTRY


def _email(text: str) -> str:
    """In lower-case ASCII, so that no two letters that look alike name the same account."""
    local, _, domain = text.rpartition("@")
    # Quotes and a host without a dot are allowed in letters, but nobody receives a code there.
    if len(text) > 254 or not local.isascii() or '"' in local or domain[:1] == "[":
        raise BadAddress
    try:
        found = f"{local}@{domain.encode('idna').decode('ascii')}".lower()
        validate_email(found)
    except (UnicodeError, ValidationError) as error:
        raise BadAddress from error
    if len(found) > 254 or "." not in found.rpartition("@")[2]:
        raise BadAddress
    return found


# Numbers of identity. Sources: GB 11643 (18 and 15 digits), GB/T 44 permits as printed on the
# cards, the Vietnamese decree on the personal identification number of 12 digits.

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
# Codes of provinces as they were before the mergers of 2025. Cards keep the code they were issued
# with, so no line ever leaves.
_CODES = (
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035"
    " 036 037 038 040 042 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072"
    " 074 075 077 079 080 082 083 084 086 087 089 091 092 093 094 095 096"
)
_PROVINCES = frozenset(_CODES.split())
# Numbers that the check sign makes comparable, and what they mean when hashed.
_OF_EIGHTEEN = {
    IdentifierKind.NATIONAL_ID,
    IdentifierKind.RESIDENCE_PERMIT,
    IdentifierKind.FOREIGN_RESIDENT_CARD,
}
_EIGHTEEN = "GB 11643"
_PATTERNS = {
    IdentifierKind.HK_MACAO_PERMIT: r"[HM]\d{8}(\d{2})?",
    IdentifierKind.TAIWAN_PERMIT: r"\d{8}|\d{10}[A-Z]?",
    IdentifierKind.PASSPORT: r"[A-Z0-9]{5,20}",
    IdentifierKind.UNION_NUMBER: r"[A-Z0-9]{3,30}",
    IdentifierKind.EMPLOYEE_NUMBER: r"[A-Z0-9]{1,30}",
    IdentifierKind.STUDENT_NUMBER: r"[A-Z0-9]{1,30}",
}


def parse_number(
    kind: IdentifierKind, text: str, *, issuer: str, today: date, region: str, invented: bool
) -> Number:
    """Check a number of identity, and bring it into the form in which it is kept.

    Args:
        issuer: country code or name; passed over where the kind has none.
        today: nobody is born later.
        region: country of a phone number written without its code.
        invented: whether phone numbers of invented people are accepted (demo only).

    Raises:
        IdentifierInvalid: it cannot be a number of this kind.
        IssuerMissing: the kind needs to know who gave it out.
    """
    if kind == IdentifierKind.PHONE:
        return Number(kind, "", _phone_of(text, region, invented))
    if kind == IdentifierKind.EMAIL:
        return Number(kind, "", _email_of(text))
    value = signs_in(text)
    giver = _issuer(kind, issuer)
    if not value.isascii() or not _fits(kind, giver, value, today):
        raise IdentifierInvalid
    return Number(kind, giver, value)


def signs_in(text: str) -> str:
    """The signs of a number without what people put between them; letters are capital."""
    return re.sub(r"[\s.\-/()·]", "", unicodedata.normalize("NFKC", text)).upper()


def forms_of(text: str) -> set[str]:
    """The signs of a number in each form in which it may have been stated: 15 signs and 18."""
    value = signs_in(text)
    found = {value}
    if re.fullmatch(r"\d{15}", value):
        found.add(lengthened(value))
    if re.fullmatch(r"\d{6}19\d{9}[\dX]", value):
        found.add(value[:6] + value[8:17])
    return found


def _phone_of(text: str, region: str, invented: bool) -> str:
    try:
        found = parse_address(text, region=region, invented=invented).phone
    except BadAddress:
        found = None
    if not found:
        raise IdentifierInvalid
    return found


def _email_of(text: str) -> str:
    try:
        return _email(text.strip())
    except BadAddress as error:
        raise IdentifierInvalid from error


def _issuer(kind: IdentifierKind, text: str) -> str:
    giver = " ".join(unicodedata.normalize("NFKC", text).split())[:80]
    if kind in COUNTRY_ISSUED:
        giver = giver.upper()
        # A country we cannot check the numbers of is none whose national ID we take.
        known = kind == IdentifierKind.PASSPORT or giver in ("CN", "VN")
        if not re.fullmatch("[A-Z]{2}", giver) or not known:
            raise IssuerMissing
        return giver
    if kind in NAME_ISSUED:
        if not giver:
            raise IssuerMissing
        return giver
    return ""


def _fits(kind: IdentifierKind, issuer: str, value: str, today: date) -> bool:
    if kind == IdentifierKind.NATIONAL_ID:
        return is_cn_id(value, today) if issuer == "CN" else is_vn_id(value, today)
    if kind == IdentifierKind.OLD_NATIONAL_ID:
        return bool(re.fullmatch(r"\d{15}", value)) and _is_day(f"19{value[6:12]}", today)
    if kind == IdentifierKind.RESIDENCE_PERMIT:
        return value[:2] in ("81", "82", "83") and is_cn_id(value, today)
    if kind == IdentifierKind.FOREIGN_RESIDENT_CARD:
        old = re.fullmatch(r"[A-Z]{3}\d{12}", value) is not None
        return old or (value[:1] == "9" and is_cn_id(value, today))
    return re.fullmatch(_PATTERNS[kind], value) is not None


def is_cn_id(value: str, today: date) -> bool:
    """Whether 18 signs are a Chinese identity number: a day of birth and the right check sign.

    The first six digits, the region, are not looked at: regions come and go, and lists of them
    refuse people who are real. The seventeenth is odd for men, which nobody needs to know here.
    """
    if not re.fullmatch(r"\d{17}[\dX]", value):
        return False
    return _is_day(value[6:14], today) and value[17] == check_sign(value[:17])


def check_sign(first: str) -> str:
    """The eighteenth sign of a Chinese identity number, from the seventeen before it."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first, strict=True))
    return _CHECKS[total % 11]


def is_vn_id(value: str, today: date) -> bool:
    """Whether 12 digits are a Vietnamese personal number. It has no check digit.

    Three digits for the province of registration, or a country from 100 on; one for century and
    sex (0 and 1: 1900 to 1999, 2 and 3: the next hundred years, …); two for the year of birth.
    """
    if not re.fullmatch(r"\d{12}", value):
        return False
    return (value[:3] in _PROVINCES or value[:3] >= "100") and _vn_year(value) <= today.year


def year_in(number: Number) -> int | None:
    """The year of birth that a number says; ``None`` where its kind says none."""
    if number.kind == IdentifierKind.NATIONAL_ID and number.issuer == "VN":
        return _vn_year(number.value)
    if number.kind == IdentifierKind.OLD_NATIONAL_ID:
        return int(f"19{number.value[6:8]}")
    if number.kind in _OF_EIGHTEEN and len(number.value) == 18:
        return int(number.value[6:10])
    return None


def _vn_year(value: str) -> int:
    return 1900 + 100 * (int(value[3]) // 2) + int(value[4:6])


def _is_day(digits: str, today: date) -> bool:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return day <= today


def claim_of(number: Number) -> tuple[str, str]:
    """What may belong to one person only: its meaning and value, the same however it is written.

    An old card of 15 digits and the new one of 18 are the same number: the year was lengthened and
    a check sign added. Permits of 18 signs are made like the number of citizens and share its room.
    """
    if number.kind == IdentifierKind.OLD_NATIONAL_ID:
        return _EIGHTEEN, lengthened(number.value)
    if number.kind in _OF_EIGHTEEN and number.issuer in ("", "CN") and len(number.value) == 18:
        return _EIGHTEEN, number.value
    return f"{number.kind} {number.issuer.casefold()}".strip(), number.value


def lengthened(old: str) -> str:
    """The number of 18 signs that replaced a Chinese number of 15 digits."""
    first = f"{old[:6]}19{old[6:]}"
    return first + check_sign(first)


def tail_of(number: Number) -> str:
    """What of a number may be shown: the last four signs, fewer of a short one."""
    return number.value[-min(4, len(number.value) // 2) :] if len(number.value) > 1 else ""


def masked(text: str) -> str:
    """A phone number or e-mail address, as the office sees it in a list."""
    if "@" in text:
        local, _, domain = text.partition("@")
        return f"{local[:1]}***@{domain}"
    return f"**** {text[-4:]}" if text else ""


def tidy(text: str, length: int = 120) -> str:
    """Words as they are kept: composed, printable, one space between them."""
    text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())[:length]


def spelled(text: str) -> str:
    """What somebody writes of themselves, without marks, case, spaces and signs between words."""
    return "".join(c for c in fold(unicodedata.normalize("NFKC", text)) if c.isalnum())


def folded_name(name: str) -> str:
    """The name of a list without case, width and spaces at its ends: the same list again."""
    return unicodedata.normalize("NFKC", tidy(name, 80)).casefold()[:80]
