"""The demo city: loaded once into a database, with one sign-in for each role to try.

What was loaded, and into which database, is noted in the data folder.
"""

import json

from rich.console import Console

from learncity.config.database import demo_note, identity, noted_demo

SignIn = tuple[str, str, str]


def sign_ins() -> list[SignIn] | None:
    """Role, name and contact of the people to try; None when the city is not in this database."""
    noted = noted_demo()
    if noted is None:
        return None
    return [(role, name, contact) for role, name, contact in noted["sign_ins"]]


def load(console: Console) -> None:
    """Load the demo city and note its sign-ins."""
    import django

    django.setup()
    from learncity.apps.initiatives import commands

    commands.load_demo(console)
    people = [[str(part) for part in person] for person in commands.demo_sign_ins()]
    noted = {"database": identity(), "sign_ins": people}
    demo_note().write_text(json.dumps(noted, ensure_ascii=False, indent=1), encoding="utf-8")
