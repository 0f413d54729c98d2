"""Occupations or skills of O*NET as a file for `learncity import skills`.

    python tools/onet.py "Occupation Data.txt" OUT.csv [WORD ...]

reads a table of the O*NET database as it is published, of tabs or commas: `Occupation Data`
(`O*NET-SOC Code`, `Title`), or one with `Element ID` and `Element Name`, such as `Skills` or
`Content Model Reference`. It writes key, name_en and onet, each code once. With words, only those
whose name begins with one of them: a city takes over what it needs. A key that the city has
already is its own skill: it gets the code, and the English name of O*NET. Look the file over, and
add name_zh and name_vi, before importing.

This service uses the O*NET database of the U.S. Department of Labor, CC BY 4.0. Needs only the
standard library.
"""

import csv
import re
import sys
from collections.abc import Iterator

# Which columns hold the code and the name; an element counts before the occupations it is of.
_COLUMNS = (("Element ID", "Element Name"), ("O*NET-SOC Code", "Title"))


def key(name: str) -> str:
    """A key made of a name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:70]


def entries(path: str, begins: list[str]) -> Iterator[tuple[str, str, str]]:
    """Key, name and code of each entry that is wanted; each code and each key once."""
    with open(path, encoding="utf-8-sig", newline="") as lines:
        head = lines.readline()
        lines.seek(0)
        rows = csv.DictReader(lines, delimiter="\t" if "\t" in head else ",")
        names = [name.strip() for name in rows.fieldnames or ()]
        rows.fieldnames = names
        columns = next((pair for pair in _COLUMNS if set(pair) <= set(names)), None)
        if columns is None:
            raise SystemExit(f"{path}: no columns {' or '.join(map(str, _COLUMNS))}")
        codes: set[str] = set()
        keys: set[str] = set()
        for row in rows:
            code, name = ((row[column] or "").strip() for column in columns)
            if not code or not name or code in codes:
                continue
            if begins and not name.lower().startswith(tuple(begins)):
                continue
            found = key(name) or key(code)
            if found in keys:
                found = f"{found}-{key(code)}"
            codes.add(code)
            keys.add(found)
            yield found, name, code


def main(source: str, target: str, *begins: str) -> None:
    """Write the file."""
    with open(target, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["key", "name_en", "onet"])
        writer.writerows(entries(source, [word.lower() for word in begins]))


if __name__ == "__main__":
    main(*sys.argv[1:])
