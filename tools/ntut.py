"""A real catalogue as an example: turns two published files of a university into ours.

    python tools/ntut.py courses.csv.gz offerings.csv.gz FOLDER

writes into the folder:

    taipei.yaml    the city, the university and its terms, for `learncity apply`
    courses.csv    for `learncity import courses`
    classes.csv    for `learncity import classes … --create-venues`

The files are what the project ntut-course-crawler-node collected from the public course system of
National Taipei University of Technology: `courses` with course_code, name_zh, name_en,
description_zh and description_en; `offerings` with year_roc, term, offering_id, course_code,
class_names, weekly_slots, rooms, people, cancelled and language. The Chinese is Traditional.

Needs only the standard library and pypinyin, which Learncity needs anyway.
"""

import csv
import gzip
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from pypinyin import lazy_pinyin

PROVIDER, VENUE, PLACE = "ntut", "ntut-campus", "taipei"
DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
# The periods of a day in their order. From the timetables that students of the university publish
# with their programs (1-4, N for noon, 5-9, A-D in the evening); the university's own regulation
# was not at hand. Two periods in a row are one meeting with the break in it.
PERIODS = {
    "1": ("08:10", "09:00"),
    "2": ("09:10", "10:00"),
    "3": ("10:10", "11:00"),
    "4": ("11:10", "12:00"),
    "N": ("12:10", "13:00"),
    "5": ("13:10", "14:00"),
    "6": ("14:10", "15:00"),
    "7": ("15:10", "16:00"),
    "8": ("16:10", "17:00"),
    "9": ("17:10", "18:00"),
    "A": ("18:30", "19:20"),
    "B": ("19:20", "20:10"),
    "C": ("20:20", "21:10"),
    "D": ("21:10", "22:00"),
}
# An assumption, not the university's calendar: year Y of the Republic of China begins in 1911 + Y;
# the first term starts on the Monday from 9 to 15 September, the second on the Monday from 15 to 21
# February of the year after; a term has eighteen weeks. In the spring of 2020 every university
# began later, on account of the epidemic; holidays are not left out.
WEEKS = 18
STARTS = {"1": (0, 9, 9), "2": (1, 2, 15)}
LANGUAGES = {"": "zh-Hant", "中英雙語": "zh-Hant", "英語": "en"}

COURSES = [
    *("key", "provider", "category", "title_zh_hant", "title_en"),
    *("summary_zh_hant", "summary_en", "taught_in"),
]
CLASSES = [
    *("key", "course", "provider", "term", "venue", "room", "starts", "day", "from", "until"),
    *("times", "slots", "seats", "waiting", "language", "note_zh_hant", "cancelled"),
    *("venue_name_zh_hant", "venue_name_en", "room_name_zh_hant"),
]
CITY = """\
# An example made by tools/ntut.py: a city with one university and its terms.
# The university and its catalogue are real; it has no part in this.
learncity: 1
key: taipei
title: {{zh-Hant: 臺北：一所大學的課程目錄, en: "Taipei: the catalogue of one university"}}
story:
  zh-Hant: 以公開的課程資料試用本系統；學期起訖日為推定。
  en: A trial of this system with a published catalogue; the days of the terms are assumed.
city: taipei
help:
  phone: "000"
  hours: {{zh-Hant: 無, en: none}}
  address: {{zh-Hant: 無, en: none}}
places:
  - {{key: taipei, kind: CITY, name: {{zh-Hant: 臺北, zh-Hans: 台北, vi: Đài Bắc, en: Taipei}}}}
organizations:
  - key: ntut
    kind: UNIVERSITY
    name: {{zh-Hant: 國立臺北科技大學, en: National Taipei University of Technology}}
    place: taipei
terms:
{terms}
"""


def first_monday(year_roc: str, term: str) -> date:
    """The day on which a term starts, by the assumption above."""
    years, month, day = STARTS[term]
    earliest = date(1911 + int(year_roc) + years, month, day)
    return earliest + timedelta(days=-earliest.weekday() % 7)


def slots(weekly: str, monday: date) -> list[tuple[date, str, str]]:
    """First day, beginning and end of each weekly meeting: ``wed:AB`` is 18:30 to 20:10."""
    order, found = list(PERIODS), []
    for part in weekly.split(";"):
        day, _, periods = part.partition(":")
        on = monday + timedelta(days=DAYS.index(day.upper()))
        places = sorted(order.index(letter) for letter in periods)
        runs: list[list[int]] = []
        for place in places:
            if runs and place == runs[-1][-1] + 1:
                runs[-1].append(place)
            else:
                runs.append([place])
        found += [(on, PERIODS[order[r[0]]][0], PERIODS[order[r[-1]]][1]) for r in runs]
    return sorted(found)


def room_key(name: str) -> str:
    """A key that can be read: ``三教309(e)`` is ``sanjiao309-e``."""
    latin = "".join(lazy_pinyin(name))
    return re.sub(r"[^A-Za-z0-9]+", "-", latin).strip("-")[:40]


def course_rows(courses: list[dict[str, str]], offerings: list[dict[str, str]]) -> Iterator[list]:
    """The lines of courses.csv; a course without any name is said and left out."""
    taught: dict[str, Counter[str]] = {}
    for offering in offerings:
        language = LANGUAGES[offering["language"]]
        taught.setdefault(offering["course_code"], Counter())[language] += 1
    for course in courses:
        code = course["course_code"]
        if not course["name_zh"].strip() and not course["name_en"].strip():
            print(f"course {code} has no name and is left out", file=sys.stderr)
            continue
        languages = [tag for tag, _ in taught.get(code, Counter({"zh-Hant": 1})).most_common()]
        yield [
            *(f"ntut-{code.lower()}", PROVIDER, "CONTINUING_EDUCATION"),
            *(course["name_zh"], course["name_en"]),
            *(course["description_zh"], course["description_en"], "|".join(languages)),
        ]


def class_row(offering: dict[str, str]) -> list:
    """One line of classes.csv."""
    year, term = offering["year_roc"], offering["term"]
    weekly = slots(offering["weekly_slots"], first_monday(year, term))
    first, *others = weekly
    rooms = [room for room in offering["rooms"].split(";") if room]
    notes = [offering["class_names"], "中英雙語" if offering["language"] == "中英雙語" else ""]
    # Which meeting is in which of several rooms was not published: all are named, none is booked.
    room = rooms[0] if len(rooms) == 1 else ""
    if len(rooms) > 1:
        notes.append("教室：" + "、".join(rooms))
    return [
        *(
            f"ntut-{year}-{term}-{offering['offering_id']}",
            f"ntut-{offering['course_code'].lower()}",
        ),
        *(PROVIDER, f"ntut-{year}-{term}", VENUE, room_key(room)),
        *(first[0].isoformat(), DAYS[first[0].weekday()], first[1], first[2], WEEKS),
        "|".join(f"{DAYS[on.weekday()]} {begin}-{end}" for on, begin, end in others),
        *(max(1, int(offering["people"] or 0)), 0, LANGUAGES[offering["language"]]),
        *("；".join(filter(None, notes)), offering["cancelled"]),
        *("臺北科技大學校園", "Campus of Taipei Tech", room),
    ]


def term_lines(offerings: list[dict[str, str]]) -> Iterator[str]:
    """The terms that the offerings name, as lines of taipei.yaml."""
    for year, term in sorted({(o["year_roc"], o["term"]) for o in offerings}):
        monday = first_monday(year, term)
        ends = monday + timedelta(weeks=WEEKS, days=-1)
        name = f"{{zh-Hant: {year} 學年度第 {term} 學期, en: '{monday.year}, term {term}'}}"
        yield f"  - {{key: ntut-{year}-{term}, name: {name}, starts: {monday}, ends: {ends}}}"


def read(path: str) -> list[dict[str, str]]:
    """The rows of a published file, packed or not."""
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def write(path: Path, header: list[str], rows: Iterator[list]) -> None:
    """One of our files."""
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(header)
        writer.writerows(rows)


def main() -> None:
    """Turn the files named on the command line."""
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    courses, offerings, folder = read(sys.argv[1]), read(sys.argv[2]), Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    city = CITY.format(terms="\n".join(term_lines(offerings)))
    (folder / "taipei.yaml").write_text(city, encoding="utf-8")
    write(folder / "courses.csv", COURSES, course_rows(courses, offerings))
    write(folder / "classes.csv", CLASSES, map(class_row, offerings))


if __name__ == "__main__":
    main()
