"""How the commands speak: what is asked for goes to standard output, everything else beside it."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

# Into a file or pipe, lines are as wide as a wide terminal; Rich would assume a narrow one.
WIDTH = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120

out = Console(highlight=False, width=WIDTH)
err = Console(stderr=True, highlight=False, width=WIDTH)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Show that something is being done, and afterwards that it is done and how long it took."""
    begun = time.monotonic()
    with out.status(f"{text} …"):
        yield
    out.print(f"  [green]✓[/] {text} [dim]{time.monotonic() - begun:.1f} s[/]")


def warn(text: str) -> None:
    """Say what the operator should know, although the work goes on."""
    err.print(f"  [yellow]![/] {text}", soft_wrap=True)


def complain(text: str) -> None:
    """Say why a command could not do its work."""
    err.print(f"[red]✗[/] {text}", soft_wrap=True)
