"""Lists are read however they were saved, and what is wrong is said so that it can be mended."""

import csv
import gzip
import io
import tracemalloc
from datetime import date, time
from enum import StrEnum

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from learncity.kernel.csv_cells import Cells, in_languages, language, some
from learncity.kernel.csv_files import Columns, CsvFile, RowError, Unreadable
from learncity.kernel.texts import ALL

COLUMNS = Columns(needed=(("key",), in_languages("title")), optional=("seats", "day"))
TABLE = "key,title_zh,seats\nink,毛笔字,20\npots,陶艺，从泥巴开始,12\n"
READ = [("ink", "毛笔字", "20"), ("pots", "陶艺，从泥巴开始", "12")]


class Size(StrEnum):
    SMALL = "SMALL"
    VERY_LARGE = "VERY_LARGE"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def write(tmp_path):
    def write(content, name="list.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def read(path, columns=COLUMNS, **options):
    return [
        tuple(row.cells.get(c, "") for c in ("key", "title_zh", "seats"))
        for row in CsvFile(path, columns, **options).rows()
    ]


def refusal(path, columns=COLUMNS, **options):
    with pytest.raises(Unreadable) as reason:
        CsvFile(path, columns, **options)
    return str(reason.value)


@pytest.mark.parametrize(
    ("content", "described"),
    [
        (TABLE.encode(), "UTF-8, comma"),
        (b"\xef\xbb\xbf" + TABLE.encode(), "UTF-8, comma"),
        (TABLE.encode("gb18030"), "GB18030, comma"),
        (TABLE.encode("utf-16"), "UTF-16, comma"),
        (TABLE.replace(",", ";").encode(), "UTF-8, semicolon"),
        (TABLE.replace(",", "\t").encode(), "UTF-8, tab"),
        (TABLE.replace("\n", "\r\n").encode(), "UTF-8, comma"),
        (gzip.compress(TABLE.encode()), "UTF-8, comma"),
        (gzip.compress(TABLE.encode("gb18030")), "GB18030, comma"),
    ],
    ids=["utf-8", "bom", "gb18030", "utf-16", "semicolon", "tab", "windows", "gz", "gz-gb18030"],
)
def test_a_list_is_read_however_it_was_saved(write, content, described):
    path = write(content)

    assert CsvFile(path, COLUMNS).described == described
    assert read(path) == READ


def test_the_header_may_be_written_in_any_case_with_blanks_and_full_width(write):
    assert read(write(" KEY ,Title_ZH,ｓｅａｔｓ\nink, 毛笔字 ,\u300020\n")) == [READ[0]]


def test_columns_may_have_other_names_and_defaults(write):
    path = write("code;name\nink;毛笔字\npots;\n")

    rows = read(
        path,
        rename={"key": "CODE", "title_zh": "name"},
        defaults={"seats": "20", "title_zh": "无题"},
    )

    assert rows == [("ink", "毛笔字", "20"), ("pots", "无题", "20")]


@pytest.mark.parametrize(
    "above",
    [
        "2026 年秋季课程表\n",
        "2026 年秋季课程表,,,\n\n制表：,办公室,,2026-09-01\n",
        '"课程表\n（草稿，key）"\n',
    ],
    ids=["a title", "a title, a blank and a note", "a title of two lines"],
)
def test_what_stands_above_the_header_is_no_row(write, above):
    path = write(above + TABLE)

    file = CsvFile(path, COLUMNS)

    assert [name for name in file.header if name] == TABLE.splitlines()[0].split(",")
    assert read(path) == READ


def test_the_first_row_is_the_header_though_a_row_holds_the_name_of_a_column(write):
    assert read(write("code,name\nkey,毛笔字\n"), rename={"key": "code", "title_zh": "name"}) == [
        ("key", "毛笔字", "")
    ]


def test_the_header_is_the_row_with_the_names_that_were_said(write):
    path = write("key,list\ncode,name\nink,毛笔字\n")

    assert read(path, rename={"key": "code", "title_zh": "name"}) == [("ink", "毛笔字", "")]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(write):
    path = write('\nkey,title_zh\nink,"毛笔字\n两行"\n\n,\npots,陶艺\n')

    assert [row.number for row in CsvFile(path, COLUMNS).rows()] == [3, 6]


def test_a_short_row_ends_in_empty_cells_and_empty_cells_at_the_end_are_nothing(write):
    assert read(write("key,title_zh,seats\nink\npots,陶艺,12,,\n")) == [
        ("ink", "", ""), ("pots", "陶艺", "12"),
    ]  # fmt: skip


def test_columns_that_nobody_reads_are_named_but_not_what_was_wrong_the_last_time(write):
    file = CsvFile(write("key,title_zh,Credit,problem,\nink,毛笔字,2,row 3: no,\n"), COLUMNS)

    assert file.unused == ["Credit"]
    assert file.without_problem(file.header) == ["key", "title_zh", "Credit", ""]
    assert file.without_problem(next(file.rows()).raw) == ["ink", "毛笔字", "2", ""]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "list.csv is empty. Was it saved?"),
        (b"\n\n", "list.csv is empty. Was it saved?"),
        (
            b"PK\x03\x04\x00",
            "list.csv is a workbook, not a CSV file. Save it as 'CSV UTF-8' and try again.",
        ),
        (
            b"key\x00,title_zh\n",
            "list.csv is not a text file. Save it as 'CSV UTF-8' and try again.",
        ),
        (
            "key,title_zh\nink,café\n".encode("latin-1"),
            "list.csv is neither UTF-8 nor GB18030 text. Save it as 'CSV UTF-8' and try again.",
        ),
        (
            "key,title_zh\nink,國立臺北科技大學，教育服務學習課程的意義與理念\n".encode("big5"),
            "list.csv is neither UTF-8 nor GB18030 text. Save it as 'CSV UTF-8' and try again.",
        ),
        (
            b"key,title_zh,KEY\n",
            "list.csv has two columns named 'key'. Rename or remove one of them.",
        ),
        (
            b"key,seats\n",
            (
                "list.csv has no column title_zh, title_zh_hans, title_zh_hant, title_vi or "
                "title_en. It has key, seats. Name the columns in the first row, or say --map "
                "title_zh=NAME for each that has another name and --default title_zh=VALUE for one "
                "that is the same in every row."
            ),
        ),
        (
            b"kez,title_eng\n",
            (
                "list.csv has no column key. list.csv has no column title_zh, title_zh_hans, "
                "title_zh_hant, title_vi or title_en. It has kez, title_eng. If only the names "
                "differ, say --map key=kez --map title_en=title_eng."
            ),
        ),
    ],
)
def test_what_cannot_be_read_at_all_is_said_first_and_alone(write, content, says):
    assert refusal(write(content)) == says


def test_a_file_that_is_not_there_is_no_list(tmp_path):
    path = tmp_path / "liste.csv"

    assert refusal(path) == f"There is no file {path}. Is the name spelt right?"
    assert refusal(tmp_path) == f"{tmp_path} cannot be read: Is a directory."


def test_a_packed_file_that_was_cut_off_is_said_to_be_damaged(write):
    path = write(gzip.compress(TABLE.encode() * 99)[:-20], "list.csv.gz")

    assert refusal(path).startswith("list.csv.gz is a damaged gzip file (")
    assert refusal(path).endswith("Fetch it again.")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            {"rename": {"titel_zh": "title_zh"}},
            (
                "--map titel_zh: there is no such column (did you mean 'title_zh'?). The columns "
                "are key, title_zh, title_zh_hans, title_zh_hant, title_vi, title_en, seats, day."
            ),
        ),
        (
            {"rename": {"seats": "setas"}},
            (
                "--map seats=setas: list.csv has no column 'setas' (did you mean 'seats'?). It has "
                "key, title_zh, seats."
            ),
        ),
        (
            {"defaults": {"colour": "red"}},
            (
                "--default colour: there is no such column. The columns are key, title_zh, "
                "title_zh_hans, title_zh_hant, title_vi, title_en, seats, day."
            ),
        ),
    ],
)
def test_a_mapping_that_means_nothing_is_refused(write, options, says):
    assert refusal(write(TABLE), **options) == says


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (
            "ink,brush, paper and ink,20,1",
            (
                "the row has 5 cells and the header 3; put a cell that holds a comma between "
                "quotation marks"
            ),
        ),
        (
            'ink,"brush" and ink,20',
            (
                "a quotation mark stands where none can be (',' expected after '\"'); double it or "
                "remove it"
            ),
        ),
    ],
)
def test_a_row_that_is_no_row_is_said_and_the_next_one_is_read(write, row, says):
    rows = list(CsvFile(write(f"key,title_en,seats\n{row}\npots,Clay,12\n"), COLUMNS).rows())

    assert [(r.number, r.trouble) for r in rows] == [(2, says), (3, "")]


def test_a_row_that_cannot_be_told_into_cells_comes_back_whole_in_the_first_of_the_file(write):
    text = 'ink,"brush" and ink,20'
    file = CsvFile(write(f"key,title_en,seats\n{text}\npots,Clay,12\n"), COLUMNS)
    assert file.without_problem(next(file.rows()).raw) == [text, "", ""]

    mended = CsvFile(write(f"problem,key,title_en\n{text}\npots,Clay,12\n"), COLUMNS)
    assert mended.without_problem(next(mended.rows()).raw) == [text, ""]


def test_a_quotation_mark_that_is_never_closed_is_said_of_a_last_row(write):
    rows = list(CsvFile(write('key,title_en\npots,Clay\nink,"Brush\n\n'), COLUMNS).rows())

    assert [(r.number, r.trouble) for r in rows] == [
        (2, ""),
        (3, "a quotation mark is opened and not closed; close it"),
    ]
    assert rows[1].raw == ('ink,"Brush',)


@pytest.mark.parametrize(
    "below",
    [
        "pots,Clay\n",
        # One that is closed by a mark of the next row, which is far from it or near.
        'pots,"Clay"\n',
        "pots,Clay\n" * 20 + 'fire,"Kiln"\n',
        # More than a cell can hold.
        "pots,Clay\n" * 20_000,
    ],
)
def test_a_row_of_which_nobody_can_tell_where_it_ends_is_named_and_no_list_is_read(write, below):
    file = CsvFile(write('key,title_en\nsun,"Light\nand shade"\nink,"Brush\n' + below), COLUMNS)

    with pytest.raises(Unreadable) as refused:
        list(file.rows())

    assert (refused.value.code, refused.value.line) == ("open_quote", 4)
    assert "begins at line 4" in str(refused.value)


@pytest.mark.parametrize("head", ['"key,title_en', 'key,"title" en', '\n"key","title_en\n'])
def test_a_broken_header_is_said(write, head):
    with pytest.raises(Unreadable) as refused:
        CsvFile(write(f"{head}\nink,Brush\n"), COLUMNS)
    assert (refused.value.code, refused.value.line) == ("open_quote", 1 + head.startswith("\n"))


def test_a_line_break_in_the_header_is_a_space(write):
    file = CsvFile(write('key,"title\r\n_en","Seats\n (at  most)"\nink,Brush,20\n'), COLUMNS)

    assert file.header == ["key", "title _en", "Seats (at most)"]
    (row,) = file.rows()
    assert (row.number, row.cells) == (2, {"key": "ink", "title_en": "Brush"})


def test_memory_does_not_grow_with_the_file(write):
    path = write(b"key,title_en\n" + (b"ink," + b"Brush and ink. " * 20 + b"\n") * 15_000)
    tracemalloc.start()

    count = sum(1 for _ in CsvFile(path, COLUMNS).rows())

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 15_000
    assert peak < 1_000_000 < path.stat().st_size


def peak_of_reading(path) -> tuple[str, int]:
    """What is said of a file that cannot be used, and how much memory that took."""
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable) as refused:
            list(CsvFile(path, COLUMNS).rows())
        return str(refused.value), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("head", [b"", b"key,title_en\n"])
@pytest.mark.parametrize("part", [b"xx", b",,", b"\xb1\xca"])
def test_a_line_that_no_list_needs_is_refused_before_it_fills_the_memory(write, head, part):
    path = write(gzip.compress(head + part * 20_000_000, 1), "list.csv.gz")

    said, peak = peak_of_reading(path)

    assert "more than 1,000,000 characters" in said
    assert peak < 10_000_000


def test_a_row_of_endlessly_many_short_lines_is_refused_too(write):
    said, peak = peak_of_reading(write("key,title_en\nink," + '"Brush\n",' * 2_000_000))

    assert "more than 1,000,000 characters" in said
    assert peak < 30_000_000


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=8), st.sampled_from(",;\t"))
def test_whatever_a_spreadsheet_writes_is_read_again(tmp_path_factory, table, delimiter):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([("key", "title_zh", "seats"), *table])
    path = tmp_path_factory.mktemp("any") / "list.csv"
    path.write_bytes(text.getvalue().encode())

    wanted = [tuple(cell.strip() for cell in row) for row in table]

    assert read(path) == [row for row in wanted if any(row)]


def cells_of(write, **cells):
    text = io.StringIO()
    csv.writer(text).writerows([("key", "title_en", *cells), ("ink", "Ink", *cells.values())])
    file = CsvFile(
        write(text.getvalue()), Columns(needed=(("key",),), optional=("title_en", *cells))
    )
    return Cells(next(file.rows()), file)


@pytest.mark.parametrize(
    ("ask", "value", "answer"),
    [
        (lambda c: c.number("x", 1, 50), " ３０ ", 30),
        (lambda c: c.number("x", 1, 50), "", None),
        (lambda c: c.flag("x"), "1", True),
        (lambda c: c.flag("x"), "", False),
        (lambda c: c.date("x"), "2026-09-07", date(2026, 9, 7)),
        (lambda c: c.date("x"), "2026/9/7", date(2026, 9, 7)),
        (lambda c: c.clock("x"), "8:30", time(8, 30)),
        (lambda c: c.clock("x"), "18：30:00", time(18, 30)),
        (lambda c: c.choice("x", Size), "very large", Size.VERY_LARGE),
        (lambda c: c.choice("x", Size), "", None),
        (lambda c: c.choices("x", Size), "small | Very-Large|SMALL|", [*Size]),
        (lambda c: c.languages("x"), "zh|ZH_hant|vi", ["zh-Hans", "zh-Hant", "vi"]),
        (lambda c: c.key("x"), "a-1", "a-1"),
    ],
)  # fmt: skip
def test_a_cell_is_read_as_people_write_it(write, ask, value, answer):
    cells = cells_of(write, x=value)

    assert ask(cells) == answer
    assert cells.errors == []


@pytest.mark.parametrize(
    ("ask", "value", "problem"),
    [
        (
            lambda c: c.number("x", 1, 1000),
            "many",
            "row 2, x 'many': write a whole number from 1 to 1,000",
        ),
        (
            lambda c: c.number("x", 1, 50),
            "-1",
            "row 2, x '-1': write a whole number from 1 to 50",
        ),
        (lambda c: c.flag("x"), "yes", "row 2, x 'yes': write 1 for yes or 0 for no"),
        (
            lambda c: c.date("x"),
            "2026-02-30",
            "row 2, x '2026-02-30': write a day as year-month-day, such as 2026-09-07",
        ),
        (
            lambda c: c.date("x"),
            "7.9.2026",
            "row 2, x '7.9.2026': write a day as year-month-day, such as 2026-09-07",
        ),
        (
            lambda c: c.clock("x"),
            "25:00",
            "row 2, x '25:00': write a time of day as hours:minutes, such as 18:30",
        ),
        (
            lambda c: c.choice("x", Size),
            "smal",
            "row 2, x 'smal': 'smal' is not one of SMALL, VERY_LARGE (did you mean 'SMALL'?)",
        ),
        (
            lambda c: c.choices("x", Size),
            "SMALL|huge",
            "row 2, x 'SMALL|huge': 'huge' is not one of SMALL, VERY_LARGE",
        ),
        (
            lambda c: c.languages("x"),
            "vi|fr",
            "row 2, x 'vi|fr': there is no language 'fr'; write zh, zh-hans, zh-hant, vi, en",
        ),
        (
            lambda c: c.key("x"),
            "Brush & Ink",
            (
                "row 2, x 'Brush & Ink': write small letters a-z, digits and hyphens, at most 80, "
                "such as 'brush-ink'"
            ),
        ),
        (
            lambda c: c.key("x"),
            "毛笔",
            "row 2, x '毛笔': write small letters a-z, digits and hyphens, at most 80",
        ),
        (lambda c: c.needed_key("x"), "", "row 2, x: write a key; the cell is empty"),
        (
            lambda c: c.text("x", 50),
            "long " * 20,
            (
                "row 2, x 'long long long long long long long long…': it has 99 characters; 50 are "
                "allowed"
            ),
        ),
    ],
)
def test_a_wrong_cell_says_what_to_write(write, ask, value, problem):
    cells = cells_of(write, x=value)

    ask(cells)

    assert [str(error) for error in cells.errors] == [problem]


def test_of_several_mistakes_in_a_cell_the_first_is_said(write):
    cells = cells_of(write, x="?", y="?")

    cells.number("x", 1, 2)
    cells.wrong("x", "and more")
    cells.wrong("y", "too")

    assert [error.column for error in cells.errors] == ["x", "y"]


def test_a_value_that_two_rows_have_is_said_at_the_second(write):
    seen = {"ink": 7}
    cells = cells_of(write)

    cells.once("key", "ink", seen)

    assert str(cells.errors[0]) == (
        "row 2, key 'ink': row 7 has the same; keep one of the two rows"
    )


def test_a_mistake_names_the_column_as_the_file_does(write):
    file = CsvFile(write("Kürzel,title_en\nX Y,Ink\n"), COLUMNS, rename={"key": "Kürzel"})
    cells = Cells(next(file.rows()), file)

    cells.key("key")

    assert cells.errors[0].column == "Kürzel"


def test_only_languages_that_the_file_has_are_said(write):
    path = write("key,title_zh,title_zh_hant,title_vi\nink,毛笔字,毛筆字,\n")
    file = CsvFile(path, COLUMNS)

    words = Cells(next(file.rows()), file).texts("title")

    assert words == {"zh-Hans": "毛笔字", "zh-Hant": "毛筆字", "vi": ""}


def test_every_language_of_content_has_a_column():
    columns = [column.removeprefix("title_") for column in in_languages("title")]

    assert {language(column) for column in columns} == set(ALL)


def test_a_mistake_in_a_whole_row_needs_no_column():
    assert str(RowError(3, "", "", "it is no row")) == "row 3: it is no row"


def test_many_words_are_shortened_to_a_few():
    assert some(["b", "a", "c"], most=2) == "a, b, …"
