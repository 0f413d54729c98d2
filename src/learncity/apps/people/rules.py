"""Pure decisions on addresses."""

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from .types import Addresses, BadAddress

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
