"""Pure decisions on addresses."""

import re

import phonenumbers

from .types import Addresses, BadAddress

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")

# Prefixes that no operator in China was ever given: the numbers of the invented people.
INVENTED = "+86154"


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
        if len(text) > 254 or not _EMAIL.fullmatch(text):
            raise BadAddress
        return Addresses(None, text.lower())
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise BadAddress from error
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if phonenumbers.is_valid_number(number) or (invented and e164.startswith(INVENTED)):
        return Addresses(e164, None)
    raise BadAddress
