"""The command `learncity`: what the operator and the developer type.

Only the words and options are here; the work is in a module a command, loaded when it is needed. A
command that cannot do its work says so in a sentence on standard error and ends with 1; a command
that was typed wrongly ends with 2.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from learncity.config.env import BadSettings
from learncity.config.faults import Fault
from learncity.config.terminal import complain, out, warn
from learncity.kernel.postgres_programs import ServerTrouble

app = typer.Typer(
    name="learncity",
    help="The service system of a learning city.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
# A command whose further words belong to another program.
ANYTHING = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def _prepare(role: str = "") -> None:
    """Choose the data folder and set up Django's name; for every command with a database."""
    from learncity.config.places import choose_data_folder

    said = choose_data_folder()
    if said:
        warn(said)
    if role:
        os.environ["LEARNCITY_DB_ROLE"] = role


@app.command()
def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="Load the demo city; nothing leaves.")
    ] = False,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Instead of PORT.")] = None,
    data: Annotated[Path | None, typer.Option(help="Instead of LEARNCITY_DATA.")] = None,
) -> None:
    """Start the system and keep it running: database, web server and worker."""
    from learncity.config import supervise

    if port:
        os.environ["PORT"] = str(port)
    if data:
        os.environ["LEARNCITY_DATA"] = str(data)
    supervise.serve(with_demo=demo)


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=True, help="A city as a file.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before changing.")] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Also what was changed by hand since.")
    ] = False,
) -> None:
    """Make the system what a blueprint says, after showing what would change."""
    import django

    from learncity.config import steps
    from learncity.config.database import running_database

    _prepare()
    with running_database():
        steps.ensure_tables()
        django.setup()
        from django.utils import translation

        from learncity.apps.initiatives import commands

        translation.activate("en")  # the language of the command line
        code = commands.apply_file(
            file,
            overwrite=overwrite,
            confirm=lambda asked: yes or typer.confirm(asked),
            console=out,
        )
    raise typer.Exit(code)


@app.command("import", context_settings={**ANYTHING, "help_option_names": ["--help"]})
def import_(
    context: typer.Context,
    kind: Annotated[
        str,
        typer.Argument(
            help="people, courses, classes, regions-cn, regions-vn, reform, population."
        ),
    ],
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV, also .gz, or XLSX.")
    ],
) -> None:
    """Read a list from a file.

    For every kind: --map COLUMN=HEADER, --default COLUMN=VALUE, --errors PATH, --strict.

    people: --list NAME (the same each time), --language zh|vi|en, --country CN|VN (of phone numbers
    and IDs without one).

    classes: --place KEY, --create-venues. regions-vn: --before FOLDER, --after FOLDER, --on DAY.
    reform: --key KEY, --country CN|VN, --on DAY, --act NAME.
    """
    import django

    from learncity.config import steps
    from learncity.config.database import running_database

    _prepare()
    with running_database():
        steps.ensure_tables()
        django.setup()
        from learncity.config import imports

        imports.run(kind, file, _options(context.args), out)


@app.command()
def unlock(
    address: Annotated[str, typer.Argument(help="Their phone number or e-mail address.")],
) -> None:
    """Take the second factors from somebody who lost them; they set up new ones."""
    import django

    from learncity.config import steps
    from learncity.config.database import running_database

    _prepare()
    with running_database():
        steps.ensure_tables()
        django.setup()
        from learncity.config import lost_factors

        code = lost_factors.forget(address, out)
    raise typer.Exit(code)


@app.command()
def doctor() -> None:
    """Look whether everything that the system needs is there and in order."""
    from learncity.config import doctor

    _prepare()
    if not doctor.examine(out):
        raise typer.Exit(1)


@app.command("new-key")
def new_key() -> None:
    """Add a key to the file of the keys: it seals people's numbers from the next start on."""
    from learncity.config.env import Env, add_sealing_key

    _prepare()
    file = Env.read().keys_file
    if not file.exists():
        raise Fault("There is no file of the keys yet; the first start makes it, with a key.")
    made = add_sealing_key(file)
    out.print(f"  Key {made} is in {file}. Restart the system; keep the older lines.")
    out.print("  `learncity doctor` says when they are no longer needed.")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write, for example city.tar.")],
) -> None:
    """Save the database and the files into one file, while the system runs."""
    from learncity.config import backup
    from learncity.config.database import running_database

    _prepare("owner")
    with running_database():
        backup.save(file, out)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A backup.")],
) -> None:
    """Bring a backup back, into an empty data folder only."""
    from learncity.config import restore
    from learncity.config.database import running_database

    _prepare("owner")
    with running_database():
        restore.bring_back(file, out)


@app.command()
def bench(
    rows: Annotated[list[str] | None, typer.Argument(help="Rows to run; all when none.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="At most ten minutes.")] = False,
    write: Annotated[bool, typer.Option("--write", hidden=True)] = False,
) -> None:
    """Measure, on this machine, and print a table."""
    from learncity.config import testing

    flags = [name for name, given in (("--quick", quick), ("--write", write)) if given]
    raise typer.Exit(testing.bench([*(rows or []), *flags]))


@app.command(hidden=True)
def web() -> None:
    """Run a web server only, beside a database that others keep running."""
    from learncity.config import web
    from learncity.config.database import running_database

    _prepare()
    with running_database():
        web.main()


@app.command(hidden=True)
def worker() -> None:
    """Run a worker only, beside a database that others keep running."""
    from learncity.config import worker
    from learncity.config.database import running_database

    _prepare()
    with running_database():
        worker.main()


@app.command(hidden=True)
def migrate() -> None:
    """Bring the tables and the rights of the roles up to date."""
    from learncity.config import preparation
    from learncity.config.database import running_database

    _prepare("owner")
    with running_database():
        preparation.make_tables()


@app.command(hidden=True)
def prepare(what: str) -> None:
    """Do one step of a start; called by `serve`."""
    from learncity.config import demo, lifeline, preparation

    lifeline.watch()
    if what == "demo":
        demo.load(out)
    else:
        {"tables": preparation.make_tables, "static": preparation.make_static}[what]()


@app.command(hidden=True, context_settings=ANYTHING)
def manage(context: typer.Context) -> None:
    """Run a command of Django."""
    from django.core.management import execute_from_command_line

    from learncity.config.database import running_database

    _prepare()
    with running_database():
        execute_from_command_line(["learncity manage", *context.args])


def _developer(name: str, says: str) -> None:
    @app.command(name, hidden=True, context_settings=ANYTHING, help=says)
    def run(context: typer.Context) -> None:
        from learncity.config import testing

        raise typer.Exit(getattr(testing, name)(list(context.args)))


_developer("test", "Run the tests; further words go to pytest.")
_developer("journeys", "Run the browser journeys and the slow tests.")
_developer("check", "Style, types, borders, migrations, translations, documents.")
_developer("messages", "Collect the texts to translate.")
_developer("docs", "Write the generated reference pages anew.")


def _options(words: list[str]) -> dict[str, list[str]]:
    """Read --name value, --name=value and --name as a mapping to all values of a name.

    Raises:
        typer.BadParameter: a word is no option.
    """
    options: dict[str, list[str]] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            raise typer.BadParameter(f"{word!r} is not an option; write --name value")
        name, equals, value = word[2:].partition("=")
        if not equals and rest and not rest[0].startswith("--"):
            value = rest.pop(0)
        options.setdefault(name.replace("-", "_"), []).append(value)
    return options


def _sentence(error: BaseException) -> str:
    """What an expected fault says to the operator; empty for a bug, which keeps its traceback."""
    from django.db import OperationalError as NoDatabase

    from learncity.kernel.errors import DomainError

    if isinstance(error, DomainError):
        return str(error.says or error)
    if isinstance(error, NoDatabase):
        return f"The database cannot be used: {error}".strip()
    if isinstance(error, PermissionError) and error.filename:
        return f"{error.filename} may not be used by this user."
    if isinstance(error, subprocess.CalledProcessError):
        return f"`{error.cmd[0]}` failed with code {error.returncode}."
    return str(error) if isinstance(error, Fault | ServerTrouble | BadSettings) else ""


def main() -> None:
    """Run the command; the entry point of `learncity`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learncity.config.settings")
    os.environ.setdefault("PYTHONUTF8", "1")
    try:
        app(prog_name="learncity")
    except Exception as error:
        # The outermost shell: an expected fault becomes a sentence, everything else is a bug.
        said = _sentence(error)
        if not said:
            raise
        complain(said)
        sys.exit(1)


if __name__ == "__main__":
    main()
