"""Pure decisions: codes of an app, recovery codes, the coarse name of a browser."""

import base64
import hashlib
import hmac
import re
import secrets
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

STEP = 30  # seconds a code of an app stands (RFC 6238, section 5.2)
DIGITS = 6
# Clocks of phones are off: the code before and the one after are taken as well.
DRIFT = 1
RECOVERY_CODES = 10
# Crockford's alphabet: nothing is misread on paper.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_secret() -> bytes:
    """160 random bits, as RFC 4226 (section 4, R6) recommends."""
    return secrets.token_bytes(20)


def step_of(at: datetime) -> int:
    """The number of the half minute."""
    return int(at.timestamp()) // STEP


def code_at(secret: bytes, step: int) -> str:
    """The code of a half minute (RFC 6238 on HMAC-SHA-1, which every app knows)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), hashlib.sha1)
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matching_step(secret: bytes, code: str, at: datetime) -> int | None:
    """The half minute whose code this is, among now and its neighbours."""
    now = step_of(at)
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):
        # Every one is compared, so that the time taken tells nothing.
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            found = step
    return found


def typed(code: str) -> str:
    """A code as it is compared: without spaces and hyphens, in capitals, misreadings mended."""
    plain = re.sub(r"[\s-]", "", code).upper()
    return plain if plain.isdigit() else plain.translate(str.maketrans("OIL", "011"))


def app_address(secret: bytes, *, city: str, name: str) -> str:
    """What an app on the same phone opens (``otpauth:``)."""
    label = quote(f"{city}:{name}", safe=":")
    return f"otpauth://totp/{label}?secret={as_base32(secret)}&issuer={quote(city)}"


def as_base32(secret: bytes) -> str:
    """The secret as it is typed into an app."""
    return base64.b32encode(secret).decode().rstrip("=")


def new_recovery_codes() -> list[str]:
    """Ten codes of 80 random bits, in groups of four."""
    return [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
        for _ in range(RECOVERY_CODES)
    ]


def digest_of(recovery_code: str) -> str:
    """What is kept of a recovery code; with 80 random bits a plain hash gives nothing away."""
    return hashlib.sha256(typed(recovery_code).encode()).hexdigest()


# In this order: each browser also says the names of those it descends from.
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Zalo", "Zalo"),
    ("Edg", "Edge"),
    ("SamsungBrowser", "Samsung"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """Which kind of browser on which kind of device, without versions; empty when unknown."""
    pairs = (_BROWSERS, _SYSTEMS)
    found = [next((name for sign, name in known if sign in user_agent), "") for known in pairs]
    return ", ".join(name for name in found if name)


def passkey_host(base_url: str) -> str:
    """The host that passkeys belong to; empty where browsers allow none: no name, or no TLS."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host if parts.scheme == "https" or host == "localhost" else ""
    return ""
