"""The demo city: loaded once into a database, with one sign-in for each role to try.

What was loaded, and into which database, is noted in the data folder.
"""

import json

import psycopg
from rich.console import Console

from learncity.config.database import address, demo_note, identity, noted_demo

SignIn = tuple[str, str, str]


def sign_ins() -> list[SignIn] | None:
    """Role, name and contact of the people to try; None when the city is not in this database."""
    noted = noted_demo()
    if noted is None:
        return None
    return [(role, name, contact) for role, name, contact in noted["sign_ins"]]


def living(people: list[SignIn]) -> list[SignIn]:
    """Those of them who can still sign in: somebody may have been erased, or changed the number."""
    asked = "SELECT phone FROM people_account WHERE phone = ANY(%s)"
    with psycopg.connect(address("app")) as app:
        rows = app.execute(asked, [[contact for _role, _name, contact in people]]).fetchall()
    there = {row[0] for row in rows}
    return [person for person in people if person[2] in there]


def load(console: Console) -> None:
    """Load the demo city and note its sign-ins."""
    import django

    django.setup()
    from learncity.apps.initiatives import commands

    commands.load_demo(console)
    people = [[str(part) for part in person] for person in commands.demo_sign_ins()]
    noted = {"database": identity(), "sign_ins": people}
    demo_note().write_text(json.dumps(noted, ensure_ascii=False, indent=1), encoding="utf-8")
