"""What the command line does for somebody who lost their second factor: the last operator, say."""

from django.conf import settings
from django.utils import timezone, translation
from rich.console import Console
from rich.markup import escape

from learncity.apps.people import services as people
from learncity.apps.security import services
from learncity.kernel.acting import COMMAND
from learncity.kernel.errors import DomainError


def forget(address: str, console: Console) -> int:
    """Take the second factors from whoever signs in with the address; the exit code."""
    translation.activate("en")  # the language of the command line
    try:
        found = people.parse_address(address, region="CN", invented=settings.DEMO)
        services.forget_factors(address=found, by=COMMAND, at=timezone.now())
    except DomainError as refusal:
        console.print(f"[red]{escape(str(refusal.says))}[/] Nothing was changed.")
        return 1
    console.print("[green]Gone.[/] They sign in by code and set up a new one; they were told.")
    return 0
