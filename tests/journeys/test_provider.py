"""A clerk at the Qiaotou learning centre: the desk, the roster, lists to take away."""

import csv
import io
import re

import openpyxl
import pytest

from .site import OPERATOR, PROVIDER

pytestmark = pytest.mark.journey

ROSTER = "/desk/classes/bookkeeping-qiaotou-wed/"
# Run by another organization.
OTHER = "kunqu-guihua-tue"
NAME, PHONE, STATE, RECEIPT = 0, 1, 2, 5
# Of the list of classes; a box to choose one comes first.
CLASS, WAITING = 1, 5
# How frequent family names are read, from a dictionary, not from the program that sorts them.
READ = {
    "蔡": "cai", "曹": "cao", "曾": "zeng", "陈": "chen", "程": "cheng", "崔": "cui", "戴": "dai",
    "邓": "deng", "丁": "ding", "董": "dong", "杜": "du", "范": "fan", "方": "fang", "冯": "feng",
    "傅": "fu", "高": "gao", "顾": "gu", "郭": "guo", "韩": "han", "何": "he", "胡": "hu",
    "黄": "huang", "贾": "jia", "江": "jiang", "蒋": "jiang", "金": "jin", "雷": "lei", "李": "li",
    "梁": "liang", "林": "lin", "刘": "liu", "卢": "lu", "陆": "lu", "罗": "luo", "马": "ma",
    "毛": "mao", "莫": "mo", "潘": "pan", "彭": "peng", "钱": "qian", "秦": "qin", "邱": "qiu",
    "任": "ren", "单": "shan", "沈": "shen", "石": "shi", "史": "shi", "宋": "song", "苏": "su",
    "孙": "sun", "谭": "tan", "唐": "tang", "陶": "tao", "田": "tian", "万": "wan", "汪": "wang",
    "王": "wang", "韦": "wei", "魏": "wei", "吴": "wu", "夏": "xia", "萧": "xiao", "肖": "xiao",
    "谢": "xie", "徐": "xu", "许": "xu", "薛": "xue", "阎": "yan", "杨": "yang", "姚": "yao",
    "叶": "ye", "于": "yu", "余": "yu", "袁": "yuan", "张": "zhang", "赵": "zhao", "郑": "zheng",
    "钟": "zhong", "周": "zhou", "朱": "zhu", "邹": "zou",
}  # fmt: skip


def column(visitor, number):
    """The texts of one column of the page's table."""
    cells = visitor.page.locator(f"main table tbody tr > :nth-child({number + 1})")
    return [text.strip() for text in cells.all_inner_texts()]


def test_a_provider_finds_a_class_at_the_desk(known):
    clerk = known(PROVIDER)

    clerk.visit("/")
    clerk.press("Desk", within="header")
    clerk.fill("Words in title, room or key", "qiaotou")
    clerk.press("Show")
    every = column(clerk, CLASS)
    assert 4 <= len(every) < 50
    clerk.press("Class", within="main thead")
    ascending = column(clerk, CLASS)
    clerk.press("Class", within="main thead")
    assert column(clerk, CLASS) == ascending[::-1]
    assert sorted(ascending) == sorted(every)
    clerk.press("Waiting", within="main thead")
    waiting = [int(number) for number in column(clerk, WAITING)]
    assert waiting == sorted(waiting)

    clerk.fill("Words in title, room or key", "bookkeeping-qiaotou-wed")
    clerk.press("Show")
    assert len(column(clerk, CLASS)) == 1
    assert "小店会计" in column(clerk, CLASS)[0]
    clerk.follow("main tbody th a")
    assert clerk.path == ROSTER


def test_a_provider_reads_prints_and_takes_away_a_roster(known):
    clerk = known(PROVIDER, accept_downloads=True)

    clerk.visit(ROSTER)
    names, states = column(clerk, NAME), column(clerk, STATE)
    seated = [name for name, state in zip(names, states, strict=True)
              if state == clerk.word("Has a place")]  # fmt: skip
    read = [READ[name[0]] for name in seated if name[0] in READ]
    assert len(read) >= 10
    assert read == sorted(read)

    files = {}
    for kind in ("XLSX", "CSV"):
        with clerk.page.expect_download() as coming:
            clerk.page.get_by_role("link", name=kind, exact=True).click()
        assert coming.value.suggested_filename == f"roster-bookkeeping-qiaotou-wed.{kind.lower()}"
        files[kind] = coming.value.path().read_bytes()
    sheet = openpyxl.load_workbook(io.BytesIO(files["XLSX"])).active
    in_excel = list(sheet.values)
    assert files["CSV"].startswith(b"\xef\xbb\xbf")
    in_text = list(csv.reader(io.StringIO(files["CSV"].decode("utf-8-sig"))))
    assert list(in_excel[0]) == in_text[0]
    assert in_text[0][NAME] == clerk.word("Name")
    for rows in (in_excel[1:], in_text[1:]):
        assert [row[NAME] for row in rows] == names
        assert [row[RECEIPT] for row in rows] == column(clerk, RECEIPT)
        assert all(re.fullmatch(r"\+\d+", row[PHONE]) for row in rows if row[PHONE])

    clerk.press("Print")
    clerk.page.emulate_media(media="print")
    assert [name.strip() for name in clerk.page.locator("tbody th").all_inner_texts()] == seated
    for part in ("nav", ".ribbon", "details", "footer .links", "footer .looks"):
        assert not clerk.page.locator(part).first.is_visible(), part
    assert clerk.page.pdf(format="A4", landscape=True).startswith(b"%PDF")


def test_a_provider_gives_a_class_more_seats_but_never_fewer_than_are_taken(known):
    clerk = known(PROVIDER)
    clerk.visit("/desk/classes/dialect-qiaotou-wed/")
    seats = clerk.page.get_by_label(clerk.word("Seats"))
    before = int(seats.input_value())

    seats.fill(str(before + 2))
    clerk.press("Save")
    assert seats.input_value() == str(before + 2)
    clerk.visit("/classes/dialect-qiaotou-wed/")
    assert str(before + 2) in clerk.text("main dl.sum")

    clerk.visit("/desk/classes/dialect-qiaotou-wed/")
    seats.fill("1")
    clerk.press("Save", status=422)
    assert seats.input_value() == "1"
    assert clerk.page.locator(".errors").is_visible()


@pytest.mark.parametrize("page", ["", "print/", "roster.xlsx", "roster.csv"])
def test_a_provider_is_refused_at_the_class_of_another_organization(known, page):
    clerk = known(PROVIDER)

    clerk.visit(f"/desk/classes/{OTHER}/{page}", status=403)

    assert clerk.heading() == clerk.word("This page is for somebody else")
    clerk.visit("/operate/", status=403)


def test_an_operator_sees_who_read_which_roster(known):
    clerk = known(PROVIDER)
    clerk.visit(ROSTER)
    clerk.press("Print")

    office = known(OPERATOR)
    office.visit("/")
    office.press("City office", within="header")

    rows = office.page.locator("main tbody tr")
    trail = [rows.nth(n).inner_text() for n in range(2)]
    assert all(office.word("Looked at a roster") in line for line in trail), trail
    assert all("bookkeeping-qiaotou-wed" in line for line in trail)
    assert all("陈雅琴" in line for line in trail), "the trail does not say who it was"
    assert trail[0] != trail[1]
    office.visit(ROSTER)
    assert office.heading().startswith("小店会计")
