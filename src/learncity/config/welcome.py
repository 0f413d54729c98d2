"""What the operator reads when the system answers: its address, and whom to sign in as."""

from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from learncity.config.demo import SignIn
from learncity.config.env import Env


def panel(settings: Env, people: list[SignIn]) -> Panel:
    """The address, the sign-ins of the demo city if there are any, and how to stop."""
    parts: list[Text | Table] = [
        Text.assemble(("Open ", ""), (address(settings), "bold underline"))
    ]
    if people:
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
        for title in ("role", "name", "sign in with"):
            table.add_column(title)
        for person in people:
            table.add_row(*person)
        parts += [Text(), table, Text(), Text("The codes it asks for are at /demo/outbox/", "dim")]
    if not settings.is_demo and not (settings.sms_url or settings.email_url):
        warning = "Nobody can sign in yet: set SMS_URL or EMAIL_URL (docs/how-to/operate.md)"
        parts += [Text(), Text(warning, "yellow")]
    if not settings.is_demo and not people:
        parts += [Text(), Text("A city comes from a file: ./go apply FILE", "dim")]
    parts += [Text(), Text(f"Data: {settings.data_dir}   Stop: Ctrl-C", "dim")]
    title = "Learncity, the demo city" if settings.is_demo else "Learncity"
    return Panel(Group(*parts), title=title, border_style="green", expand=False, padding=(1, 2))


def address(settings: Env) -> str:
    """The address to open on this machine, or the public one."""
    return settings.base_url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - shown, not bound
