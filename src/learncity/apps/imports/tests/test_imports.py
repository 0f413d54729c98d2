"""A list in the office: sent, its columns said, checked, applied, mended, forgotten."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation
from openpyxl import Workbook

from learncity.apps.imports import files, jobs, queries, services
from learncity.apps.imports.models import Import, Layout, Meanings
from learncity.apps.imports.types import (
    ColumnsMissing,
    ColumnTwice,
    ImportState,
    KindUnknown,
    ListTooLarge,
    ListUnreadable,
    NotNow,
    NotOfYours,
    reason_of,
)
from learncity.apps.organizations import queries as organizations
from learncity.apps.people.imports import PeopleImport
from learncity.apps.people.models import Listed, Person
from learncity.kernel import audit
from learncity.kernel.ids import uuid7

HEAD = "编号,姓名,电话号,出生年\n"
GOOD = "1,王小明,15400002001,1960\n"
BAD = "2,李秀英,12345,1962\n"
COLUMNS = {"key": "编号", "name": "姓名", "phone": "电话号", "born": "出生年"}


def imported():
    return set(Person.objects.filter(pk__in=Listed.objects.values("person_id"))
               .values_list("name", flat=True))  # fmt: skip


def rows_of(value):
    return list(queries.failed_rows(value.id))


def counts(value):
    return value.new, value.changed, value.same, value.wrong


def test_a_list_that_was_sent_says_what_its_columns_seem_to_be(send):
    value = send(HEAD + GOOD)
    assert (value.state, value.header) == (ImportState.SENT, ("编号", "姓名", "电话号", "出生年"))
    assert value.columns == {"key": "编号", "name": "姓名", "born": "出生年"}
    folder = files.folder_of(value.id)
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "sent").stat().st_mode & 0o077 == 0


def test_what_the_columns_were_said_to_be_is_known_the_next_time(go, send):
    go(HEAD + GOOD, is_applied=False)
    assert send(HEAD + BAD).columns == COLUMNS
    assert Layout.objects.count() == 1


def test_checking_writes_nobody_and_applying_does(go, office):
    value = go(HEAD + GOOD + BAD, is_applied=False)
    assert (value.state, counts(value), imported()) == (ImportState.CHECKED, (1, 0, 0, 1), set())
    (mistake,) = value.mistakes
    assert (mistake.column, mistake.rows) == ("电话号", 1)

    services.apply(import_id=value.id, by=office, at=timezone.now())
    assert services.run(value.id)
    value = queries.find(value.id)
    assert (value.state, counts(value), imported()) == (ImportState.DONE, (1, 0, 0, 1), {"王小明"})
    assert value.share == 100
    done = next(n for n in audit.latest() if n.action == "people.imported")
    assert (done.actor_id, done.subject) == (office.person_id, f"import {value.id}")


def test_rows_left_out_are_mended_and_sent_again(go):
    value = go(HEAD + GOOD + BAD)
    head, row = rows_of(value)
    assert head == ["编号", "姓名", "电话号", "出生年", "problem"]
    says = "this is no mobile phone number; write all its digits"
    assert row == [*BAD.strip().split(","), f"row 3: 电话号 '5 digits': {says}"]

    mended = ",".join(head) + "\n" + ",".join([*row[:2], "15400002002", *row[3:]]) + "\n"
    again = go(mended)
    assert (counts(again), imported()) == ((1, 0, 0, 0), {"王小明", "李秀英"})
    assert not queries.has_failed_rows(again.id)


def test_a_workbook_is_read_like_a_table_of_text(go, tmp_path):
    book = Workbook()
    for line in (HEAD + GOOD + BAD).splitlines():
        book.active.append(line.split(","))
    book.save(tmp_path / "sent.xlsx")
    value = go((tmp_path / "sent.xlsx").read_bytes(), name="list.xlsx")
    assert (counts(value), imported()) == ((1, 0, 0, 1), {"王小明"})


def test_gb18030_is_read(go):
    assert counts(go((HEAD + GOOD).encode("gb18030"))) == (1, 0, 0, 0)


def test_one_word_stands_for_a_column_that_is_missing(go):
    value = go("姓名,工号\n王小明,A1\n", {"name": "姓名", "employee_number": "工号"},
               giver="Wenqu")  # fmt: skip
    assert counts(value) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\x1f\x8b\x08 packed", "packed"),
        (b"PK\x03\x04 nothing", "damaged"),
        (b"\xd0\xcf\x11\xe0 old", "old_workbook"),
        (b"name\0\nx", "not_text"),
        (b"\x89PNG\r\n\x1a\n\xff\xff\xff", "not_text"),
        (b"name,name\nx,y", "two_columns"),
    ],
)
def test_what_is_no_list_is_refused_and_not_kept(send, content, code):
    with pytest.raises(ListUnreadable) as refused:
        send(content)
    assert refused.value.args == (code,)
    assert refused.value.says
    assert not any(files.folder_of(uuid7()).parent.glob("*"))
    assert Import.objects.count() == 0


def test_a_list_without_rows_is_refused_when_it_is_checked(go):
    value = go(HEAD, is_applied=False)
    assert (value.state, value.code) == (ImportState.REFUSED, "no_rows")


def test_a_list_that_is_too_large_is_not_kept(send, monkeypatch):
    monkeypatch.setattr(files, "MOST_BYTES", 10)
    with pytest.raises(ListTooLarge):
        send(HEAD + GOOD)
    assert not any(files.folder_of(uuid7()).parent.glob("*"))


def test_a_kind_that_nobody_knows_is_refused(send):
    with pytest.raises(KindUnknown):
        send(HEAD, kind="ships")


@pytest.mark.parametrize(
    ("columns", "refusal"),
    [
        ({"name": "姓名", "key": "姓名"}, ColumnTwice),
        ({"name": "姓名"}, ColumnsMissing),
        ({"key": "编号"}, ColumnsMissing),
        ({"name": "nothing", "key": "编号"}, ColumnsMissing),
    ],
)
def test_columns_must_be_said_once_and_enough_of_them(send, office, columns, refusal):
    value = send(HEAD + GOOD)
    with pytest.raises(refusal):
        services.check(import_id=value.id, columns=columns.items(), by=office, at=timezone.now())
    assert queries.find(value.id).state == ImportState.SENT


def test_two_columns_of_a_file_cannot_be_the_same(send, office):
    value, pairs = send(HEAD + GOOD), [("name", "姓名"), ("key", "编号"), ("name", "电话号")]
    with pytest.raises(ColumnTwice):
        services.check(import_id=value.id, columns=pairs, by=office, at=timezone.now())


def test_the_same_id_again_is_the_list_that_is_there(send):
    pk = uuid7()
    assert send(HEAD + GOOD, import_id=pk) == send(HEAD + BAD, import_id=pk)


def test_the_id_of_somebody_else_s_list_hands_nothing_out(send):
    pk, whose = uuid7(), [o.id for o in organizations.all_organizations()[:2]]
    rows = "key,course,starts\na,b,2031-01-01\n"
    of_one = {"kind": "classes", "owner_id": whose[0], "import_id": pk}
    made = send(rows, **of_one)

    for other in ({"owner_id": whose[1]}, {"owner_id": None}, {"kind": "courses"}):
        with pytest.raises(NotOfYours):
            send(rows, **of_one | other)
    assert send(rows, **of_one) == made


def test_a_list_is_applied_only_after_it_was_checked_and_once(go, send, office):
    fresh = send(HEAD + GOOD)
    with pytest.raises(NotNow):
        services.apply(import_id=fresh.id, by=office, at=timezone.now())
    done = go(HEAD + GOOD)
    again = services.apply(import_id=done.id, by=office, at=timezone.now())
    assert again.state == ImportState.DONE
    assert not services.run(done.id)
    with pytest.raises(NotNow):
        services.check(import_id=done.id, columns=COLUMNS.items(), by=office, at=timezone.now())


def test_the_list_itself_is_gone_when_it_is_done_and_the_rest_when_it_is_removed(go, office):
    with transaction.atomic():
        value = go(HEAD + GOOD + BAD)
    files.remove_sent(value.id)  # what on_commit does; a test's transaction never commits
    assert sorted(p.name for p in files.folder_of(value.id).iterdir()) == ["failed.csv"]
    services.remove(import_id=value.id, by=office, at=timezone.now())
    files.remove(value.id)
    value = queries.find(value.id)
    assert (value.state, value.has_files) == (ImportState.DONE, False)
    assert not files.folder_of(value.id).exists()


def test_lists_are_forgotten_after_a_week(go, send, django_capture_on_commit_callbacks):
    kept, old = go(HEAD + GOOD + BAD), send(HEAD + BAD)
    Import.objects.filter(pk=old.id).update(at=timezone.now() - timedelta(days=8))
    now = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        assert services.forget_files(before=now - timedelta(days=7), at=now) == 1
        assert files.folder_of(old.id).exists()
    old = queries.find(old.id)
    assert old.ended_at == now
    assert (old.state, old.has_files, old.file_name) == (ImportState.REMOVED, False, "")
    assert not files.folder_of(old.id).exists()
    assert queries.has_failed_rows(kept.id)


def test_a_preview_shows_the_last_signs_of_numbers_only(send, office):
    value = send(HEAD + GOOD)
    services.check(import_id=value.id, columns=COLUMNS.items(), by=office, at=timezone.now())
    assert queries.first_rows(queries.find(value.id)) == (
        ["name", "key", "phone", "born"],
        [["王小明", "****", "**** 2001", "1960"]],
    )


class Killed(BaseException):
    """The worker is gone."""


def test_whoever_is_killed_is_taken_up_again_and_counts_nothing_twice(go, office, monkeypatch):
    lines = [f"{n},Nguyễn {n},,1960\n" for n in range(9)] + [
        "4,Twice,,1960\n",
        "10,Last,abc,1970\n",
    ]
    value = go(HEAD + "".join(lines), is_applied=False)
    assert counts(value) == (9, 0, 0, 2)
    services.apply(import_id=value.id, by=office, at=timezone.now())

    from learncity.apps.imports import kinds

    small = kinds.KINDS["people"].__class__(
        **{**{f: getattr(kinds.KINDS["people"], f) for f in kinds.Kind.__dataclass_fields__},
           "batch": 3})  # fmt: skip
    monkeypatch.setitem(kinds.KINDS, "people", small)
    real, written = PeopleImport.write_read, []

    def write_read(self, rows):
        if len(written) == 2:
            raise Killed
        written.append(len(rows))
        return real(self, rows)

    with monkeypatch.context() as dying:
        dying.setattr(PeopleImport, "write_read", write_read)
        with pytest.raises(Killed):
            services.run(value.id)
    half = queries.find(value.id)
    assert (half.state, half.new, len(imported())) == (ImportState.APPLYING, 6, 6)
    assert 0 < half.share < 100

    Import.objects.filter(pk=value.id).update(touched_at=timezone.now() - timedelta(minutes=5))
    assert queries.stale(timezone.now() - timedelta(minutes=1)) == [value.id]
    jobs.carry_out(import_id=str(value.id))
    done = queries.find(value.id)
    assert (done.state, counts(done)) == (ImportState.DONE, (9, 0, 0, 2))
    assert len(rows_of(done)) == 3
    assert queries.stale(timezone.now()) == []


def test_a_fault_stops_a_list_for_good_until_it_is_checked_again(send, office, monkeypatch):
    def fail(self, rows):
        raise ValueError("王小明")

    value = send(HEAD + GOOD)
    services.check(import_id=value.id, columns=COLUMNS.items(), by=office, at=timezone.now())
    with monkeypatch.context() as broken:
        broken.setattr(PeopleImport, "write_read", fail)
        assert services.run(value.id)
    value = queries.find(value.id)
    assert (value.state, value.code) == (ImportState.REFUSED, "fault")
    assert queries.stale(timezone.now() + timedelta(days=1)) == []
    services.check(import_id=value.id, columns=COLUMNS.items(), by=office, at=timezone.now())
    assert services.run(value.id)
    assert queries.find(value.id).state == ImportState.CHECKED


def test_two_workers_do_not_carry_out_one_list(send, office):
    value = send(HEAD + GOOD)
    services.check(import_id=value.id, columns=COLUMNS.items(), by=office, at=timezone.now())
    import psycopg
    from psycopg.conninfo import make_conninfo

    known = connection.settings_dict
    address = make_conninfo(
        host=known["HOST"], port=known["PORT"] or None, user=known["USER"],
        password=known["PASSWORD"], dbname=known["NAME"],
    )  # fmt: skip
    with psycopg.connect(address, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [value.id.int % 2**63])
        assert not services.run(value.id)
        # A connection that is closed may keep its locks a moment longer.
        other.execute("SELECT pg_advisory_unlock(%s)", [value.id.int % 2**63])
    assert services.run(value.id)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"state": "LOST"}, "imports_state_known"),
        ({"state": "CHECKING", "has_files": False}, "imports_running_has_its_file"),
        ({"ended_at": timezone.now() - timedelta(days=9)}, "imports_end_after_they_began"),
    ],
)
def test_the_database_alone_refuses_an_import_that_cannot_be(send, change, name):
    value = send(HEAD + GOOD)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Import.objects.filter(pk=value.id).update(**change)


def test_the_database_alone_keeps_one_layout_of_a_header():
    Layout.objects.create(kind="people", shape="x", columns={})
    with pytest.raises(IntegrityError, match="imports_shape_once"), transaction.atomic():
        Layout.objects.create(kind="people", shape="x", columns={})


def test_no_name_or_number_of_a_list_is_in_a_table_or_log(go, caplog, capfd):
    value = go(HEAD + GOOD + BAD)
    row = Import.objects.filter(pk=value.id).values().get()
    trail = [(n.subject, n.detail) for n in audit.latest()]
    for secret in ("王小明", "李秀英", "15400002001", "12345"):
        assert secret not in str(row)
        assert secret not in str(trail)
        assert secret not in caplog.text
        assert secret not in "".join(capfd.readouterr())


def test_a_row_with_a_delimiter_of_another_country_is_read_back(go):
    value = go((HEAD + BAD).replace(",", ";"))
    assert len(rows_of(value)[0]) == 5


def test_what_is_not_taken_of_somebody_who_was_there_is_counted_for_the_desk(go):
    columns = {"name": "姓名", "phone": "电话号", "union_number": "号"}
    row = "姓名,电话号,号\n王小明,{},U100\n"
    go(row.format("15400002001"), columns, giver="Union")
    value = go(row.format("15400002002"), columns, giver="Union", list_name="Other")
    assert counts(value) == (0, 0, 1, 0)
    (note,) = value.mistakes
    assert (note.column, note.rows) == ("电话号", 1)
    assert "not taken" in note.says


@pytest.mark.parametrize("field", ["list_name", "giver", "name"])
def test_a_sign_that_the_database_cannot_keep_is_refused(send, field):
    with pytest.raises(ListUnreadable):
        send(HEAD + GOOD, **{field: "Un\0ion"})
    assert not any(files.folder_of(uuid7()).parent.glob("*"))


def test_nothing_stays_of_a_list_that_could_not_be_written_down(send, monkeypatch):
    def full():
        yield b"name"
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space"):
        send("", content=full())
    with monkeypatch.context() as broken:
        broken.setattr(audit, "note", lambda *_args, **_said: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            send(HEAD + GOOD)
    assert not any(files.folder_of(uuid7()).parent.glob("*"))
    assert Import.objects.count() == 0


def test_what_a_killed_sender_left_is_no_hindrance_and_swept_after_a_day(send):
    pk = uuid7()
    files.keep(pk, [b"half"])
    assert send(HEAD + GOOD, import_id=pk).id == pk
    left = uuid7()
    files.keep(left, [b"half"])
    assert services.sweep_strays(before=timezone.now() - timedelta(days=1)) == 0
    assert services.sweep_strays(before=timezone.now() + timedelta(minutes=1)) == 1
    assert not files.folder_of(left).exists()
    assert files.folder_of(pk).exists()


def test_rows_left_out_are_handed_out_up_to_a_bound_and_it_is_said(go, monkeypatch):
    value = go(HEAD + BAD * 50)
    assert len(rows_of(value)) == 51
    monkeypatch.setattr(queries, "MOST_FETCHED", 400)
    head, *rows = rows_of(value)
    assert 1 < len(rows) < 10
    assert len(rows[-1]) == len(head)
    assert rows[-1][-1].startswith("More rows were left out than a download holds.")


def test_a_row_with_a_broken_quotation_mark_comes_back_with_its_text(go):
    broken = '1,"王" 小明,15400002001,1960'
    value = go(HEAD + broken + "\n2,李秀英,15400002002,1962\n")
    assert counts(value) == (1, 0, 0, 1)
    (_head, row) = rows_of(value)
    assert row[0] == broken
    assert "a quotation mark stands where none can be" in row[-1]


def test_a_list_with_an_open_quotation_mark_is_refused_and_the_row_is_named(go):
    rows = [f"{n},李秀英,,1962\n" for n in range(3, 40)]
    value = go(HEAD + GOOD + '2,"王小明,15400002001,1960\n' + "".join(rows), is_applied=False)

    assert (value.state, value.code, value.line) == (ImportState.REFUSED, "open_quote", 3)
    assert counts(value) == (0, 0, 0, 0)
    for language in ("en", "zh-hans", "vi"):
        with translation.override(language):
            assert "3" in reason_of(value.code, value.line)


def test_a_header_with_an_open_quotation_mark_is_refused_at_once(send):
    with pytest.raises(ListUnreadable) as refused:
        send(HEAD.replace("姓名", '"姓名') + GOOD)
    assert refused.value.args == ("open_quote",)
    assert "line 1 " in refused.value.says


@pytest.mark.parametrize("is_workbook", [True, False])
def test_a_line_break_in_the_header_is_a_space(go, tmp_path, is_workbook):
    head, row = (
        ["编号", "姓名\n(中文)", "电话\r\n号", "出生年"],
        ["1", "王小明", "15400002001", "1960"],
    )
    columns = {"key": "编号", "name": "姓名 (中文)", "phone": "电话 号", "born": "出生年"}
    if is_workbook:
        book = Workbook()
        book.active.append(head)
        book.active.append(row)
        book.save(tmp_path / "list.xlsx")
        sent = (tmp_path / "list.xlsx").read_bytes()
    else:
        sent = ",".join(f'"{name}"' for name in head) + "\n" + ",".join(row) + "\n"

    value = go(sent, columns)

    assert value.header == tuple(columns.values())
    assert (counts(value), imported()) == ((1, 0, 0, 0), {"王小明"})


def test_a_workbook_that_would_lose_a_cell_is_refused_with_what_to_do(go, send, tmp_path):
    def sent(*rows):
        book = Workbook()
        for row in (HEAD.strip().split(","), *rows):
            book.active.append(row)
        book.save(tmp_path / "list.xlsx")
        return (tmp_path / "list.xlsx").read_bytes()

    people = [[str(n), "王小明", "", "1960"] for n in range(40)]
    value = go(sent(*people, ["99", "李秀英", '="154"&"00002001"', "1962"]), is_applied=False)
    assert (value.state, value.code, value.line) == (ImportState.REFUSED, "formulas", 42)
    assert "in row 42. Open it in a spreadsheet" in reason_of(value.code, value.line)

    with pytest.raises(ListUnreadable) as refused:
        send(sent(["1", "王小明", *[""] * 258, "15400002001"]))
    assert refused.value.args == ("too_wide",)
    assert "In row 2 " in refused.value.says


UNION = "会员编号,姓名,出生年,现居之处\n"
SAID = {"key": "会员编号", "name": "姓名", "born": "出生年", "home": "现居之处"}


def test_the_mended_rows_are_read_as_the_list_was_said_to_be(go, send):
    value = go(UNION + "17,王小明,1960,gusu\n18,李秀英,62,gusu\n", SAID)
    head, row = rows_of(value)
    mended = ",".join(head) + "\n" + ",".join([*row[:2], "1962", row[3], "mended"]) + "\n"

    again = send(mended)
    assert (again.columns, again.header) == (SAID, tuple(SAID.values()))
    assert counts(go(mended, again.columns)) == (1, 0, 0, 0)
    assert {p.home.key for p in Person.objects.filter(name="李秀英")} == {"gusu"}


@pytest.mark.parametrize("head", ["problem", "错误说明", "Lỗi cần sửa"])
def test_what_was_wrong_the_last_time_is_known_in_every_language(send, head):
    value = send(f"编号,姓名,{head}\n1,王小明,x\n")
    assert (value.header, value.unread) == (("编号", "姓名"), ())


def test_rows_left_out_say_why_in_the_language_of_whoever_sent_them(go):
    head, row = rows_of(go(HEAD + BAD, spoken="zh-hans"))
    assert head[-1] == "错误说明"
    assert row[-1].startswith("第 2 行")


def test_a_column_more_does_not_make_a_list_another_one(go, send):
    go(UNION + "17,王小明,1960,gusu\n", SAID)
    value = send("序号,姓名,会员编号,现居之处,手机\n", list_name=" UNION ")
    assert value.columns == {
        "key": "会员编号", "name": "姓名", "home": "现居之处", "phone": "手机",
    }  # fmt: skip
    # What nobody read stays so; another list has said nothing yet.
    go("姓名,会员编号,学号\n王小明,17,S1\n", {"key": "会员编号", "name": "姓名"})
    assert "student_number" not in send("学号,姓名,会员编号\n").columns
    assert "student_number" in send("学号,姓名,会员编号\n", list_name="Other").columns


def test_what_is_remembered_of_a_list_is_bounded(go, monkeypatch):
    monkeypatch.setattr(services, "_MOST_MEANINGS", 3)
    go("编号,姓名,甲\n1,王小明,x\n", {"key": "编号", "name": "姓名"})
    go("编号,姓名,乙\n1,王小明,x\n", {"key": "编号", "name": "姓名"})
    (kept,) = Meanings.objects.all()
    assert kept.columns == {
        services._hashed(name): ours
        for name, ours in (("编号", "key"), ("姓名", "name"), ("乙", ""))
    }


def test_columns_that_nobody_reads_are_named(go):
    assert go(HEAD + GOOD, {"key": "编号", "name": "姓名"}).unread == ("电话号", "出生年")


@pytest.mark.parametrize(("country", "left_out"), [("CN", 1), ("VN", 0)])
def test_a_number_without_a_country_is_of_the_one_that_was_said(go, country, left_out):
    value = go("编号,姓名,电话号\n1,Trần Thị Hoa,0901234567\n",
               {"key": "编号", "name": "姓名", "phone": "电话号"}, country=country)  # fmt: skip
    assert (value.country, value.wrong) == (country, left_out)


def test_how_far_a_list_is_counts_rows(go):
    value = go(HEAD + GOOD + "\n\n" + BAD)
    assert (value.rows, value.share) == (2, 100)
