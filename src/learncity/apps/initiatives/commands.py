"""What the command line does with blueprints: shows the plan, asks, applies."""

from collections.abc import Callable
from pathlib import Path

from django.utils import timezone, translation
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from learncity.kernel.acting import COMMAND
from learncity.kernel.blueprint_files import Mistakes
from learncity.kernel.blueprints import Act, Plan, Step
from learncity.kernel.errors import DomainError

from . import demo, services

_SIGNS = {
    Act.CREATE: ("[green]+[/]", "new"),
    Act.CHANGE: ("[yellow]~[/]", "changed"),
    Act.END: ("[red]-[/]", "ended"),
    Act.KEEP: ("[magenta]![/]", "changed by hand, kept"),
}
_SHOWN = 40


def apply_file(
    path: Path, *, overwrite: bool, confirm: Callable[[str], bool], console: Console
) -> int:
    """Plan and, when confirmed, apply a blueprint file; the exit code."""
    translation.activate("en")  # the language of the command line
    try:
        plan = services.plan(path=path, at=timezone.now(), overwrite=overwrite)
    except Mistakes as wrong:
        _show_mistakes(wrong, console)
        return 1
    show(plan, console)
    if plan.is_empty:
        return 0
    if not confirm(f"Apply {len(plan.changes)} changes?"):
        console.print("Nothing was changed.")
        return 1
    try:
        services.apply(plan, by=COMMAND, at=timezone.now())
    except Mistakes as wrong:
        _show_mistakes(wrong, console)
        return 1
    except DomainError as refusal:
        console.print(f"[red]{escape(str(refusal.says))}[/] Nothing was changed.")
        if str(refusal) and str(refusal) != str(refusal.says):
            console.print(f"[dim]{escape(str(refusal))}[/]")
        return 1
    console.print("[green]Applied.[/]")
    return 0


def _show_mistakes(wrong: Mistakes, console: Console) -> None:
    for mistake in wrong.found:
        console.print(f"[red]{escape(str(mistake))}[/]", soft_wrap=True)
    count = len(wrong.found)
    console.print(f"{count} mistake{'s' if count > 1 else ''}; nothing was changed.")


def show(plan: Plan, console: Console) -> None:
    """Print a plan like a diff, long sections shortened."""
    for section in dict.fromkeys(step.section for step in plan.steps):
        steps = [step for step in plan.steps if step.section == section]
        console.print(f"[bold]{section}[/]")
        for step in steps[:_SHOWN]:
            _show_step(step, console)
        if len(steps) > _SHOWN:
            console.print(f"  … and {len(steps) - _SHOWN} more")
    if plan.is_empty:
        console.print("The city is as the file says: nothing to change.")
    if plan.conflicts:
        console.print(
            f"{len(plan.conflicts)} changed by hand and kept; --overwrite lets the file win."
        )


def _show_step(step: Step, console: Console) -> None:
    sign, says = _SIGNS[step.act]
    console.print(f"  {sign} {escape(step.key)} [dim]{says}[/]")
    for name, (before, after) in step.fields.items():
        console.print(f"      {name}: {_short(before)} → {_short(after)}", highlight=False)


def _short(value: object) -> str:
    text = str(value)
    return escape(text if len(text) <= 60 else f"{text[:57]}…")


def load_demo(console: Console) -> None:
    """Set up the demo city once, with a progress bar."""
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Residents find classes", total=None)
        for done, total in demo.load(at=timezone.now()):
            progress.update(task, completed=done, total=total)


def demo_sign_ins() -> list[tuple[str, str, str]]:
    """Role, name and contact of each demo person."""
    return demo.sign_ins()
