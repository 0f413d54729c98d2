"""No word of a sender stays for ever: no header, no name of a file, and no row as a header."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from learncity.apps.imports import files, personal, queries, rules, services
from learncity.apps.imports.models import Import, Layout
from learncity.apps.imports.types import ImportState, ListUnreadable
from learncity.apps.people.factories import make_person
from learncity.kernel.acting import By, Via
from learncity.kernel.ids import uuid7

from .conftest import COLUMNS
from .test_imports import BAD, GOOD, HEAD, rows_of

ID = "11010519491231002X"


@pytest.mark.parametrize(
    "cell",
    [
        ID, "154 0000 2001", "+84 90 123 45 67", "090.123.4567", "１５４００００２００１",
        "E12345678", "someone@example.org", "1960", "1960-05-20", "20/05/1960", "1,960.5",
        "(0512) 6522-1234",
    ],
)  # fmt: skip
def test_a_row_of_somebody_is_no_header(send, cell):
    with pytest.raises(ListUnreadable) as refused:
        send(f'王小明,"{cell}"\n李秀英,"{cell}"\n')
    assert refused.value.args == ("no_header",)
    assert "names of the columns" in str(refused.value.says)
    assert Import.objects.count() == 0
    assert not any(files.folder_of(uuid7()).parent.glob("*"))


def test_names_of_columns_may_hold_years_and_lengths():
    assert rules.is_header(["", "身份证号（18位）", "Số CCCD (12 số)", "2025/2026 class", "Tel. 2"])


def test_a_title_with_a_number_above_the_header_is_no_hindrance(send):
    assert send(f"Ring 0901234567\n{HEAD}{GOOD}").header == tuple(HEAD.strip().split(","))


@pytest.mark.parametrize("is_sweep", [True, False])
@pytest.mark.parametrize("is_applied", [True, False])
def test_nothing_that_a_sender_called_anything_stays(go, office, is_applied, is_sweep):
    head = "我的编号,他的姓名,他的电话\n"
    value = go(head + GOOD.replace(",1960", "") + BAD.replace(",1962", ""),
               {"key": "我的编号", "name": "他的姓名", "phone": "他的电话"},
               name="Nguyen Van An 0901234567.csv", is_applied=is_applied)  # fmt: skip
    assert [m.column for m in value.mistakes] == ["他的电话"]
    now = timezone.now()
    if is_sweep:
        assert services.forget_files(before=now + timedelta(days=8), at=now) == 1
    else:
        services.remove(import_id=value.id, by=office, at=now)
    kept = str([*Import.objects.values(), *Layout.objects.values()])
    for word in ("我的", "他的", "Nguyen"):
        assert word not in kept
    value = queries.find(value.id)
    assert value.state == (ImportState.DONE if is_applied else ImportState.REMOVED)
    # What was left out is still said, by our own name of the column.
    assert [m.column for m in value.mistakes] == ["phone"] * is_applied


def test_columns_are_known_again_although_nobody_kept_their_names(go, send, office):
    value = go(HEAD + GOOD)
    services.remove(import_id=value.id, by=office, at=timezone.now())
    assert send(HEAD + BAD).columns == COLUMNS


@pytest.mark.parametrize(
    "text",
    [
        "Mã;Họ, tên, đệm;Điện thoại\n1;An;12345\n",
        "Mã\tHọ, tên, đệm\tĐiện thoại\n1\tAn\t12345\n",
        'Mã,"Họ, tên, đệm",Điện thoại\n1,An,12345\n',
    ],
)
def test_rows_left_out_come_back_as_they_were_whatever_stood_between_the_cells(go, text):
    value = go(text, {"key": "Mã", "name": "Họ, tên, đệm", "phone": "Điện thoại"})
    head, row = rows_of(value)
    assert head[:3] == ["Mã", "Họ, tên, đệm", "Điện thoại"]
    assert row[:3] == ["1", "An", "12345"]


def test_what_a_killed_worker_left_goes_with_the_list(go):
    value = go(HEAD + GOOD + BAD)
    folder = files.folder_of(value.id)
    (folder / ".failed.csv.draft").write_text(BAD)
    files.remove_sent(value.id)
    assert [path.name for path in folder.iterdir()] == ["failed.csv"]


def test_a_copy_of_ones_data_names_the_lists_one_sent_or_had_imported(go):
    value = go(HEAD + GOOD, is_applied=False, name="mine.csv")
    other = make_person("Other clerk")
    services.apply(import_id=value.id, by=By(other, Via.DESK), at=timezone.now())
    lines = personal._sent([value.by_id, other])
    assert [line["File"] for line in lines[value.by_id]] == ["mine.csv"]
    assert [line["List"] for line in personal._sent([other])[other]] == ["Union"]
    assert set(personal._sent([other])) == {other}


def test_what_was_kept_before_is_forgotten_too(go, send):
    done, gone, open_ = go(HEAD + GOOD), send(HEAD + BAD), send(HEAD + BAD)
    Import.objects.update(is_written=False)
    Import.objects.update(applied_by=None, applied_via="")
    Import.objects.filter(pk=gone.id).update(
        state="REMOVED", has_files=False, mistakes=[["电话号"]]
    )
    Layout.objects.create(kind="people", shape="old", columns=COLUMNS)
    import_module("learncity.apps.imports.migrations.0003_forgotten_words").forget(apps, None)
    assert not Layout.objects.exists()
    gone, done = queries.find(gone.id), Import.objects.get(pk=done.id)
    assert (gone.header, gone.columns, gone.mistakes) == ((), {}, ())
    assert queries.find(open_.id).columns == COLUMNS
    assert (done.applied_by_id, done.applied_via, done.is_written) == (done.by_id, "DESK", True)
