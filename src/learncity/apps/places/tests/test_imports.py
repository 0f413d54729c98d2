"""Two countries' own lists go in as published; rows that cannot be are said and left out."""

from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone, translation

from learncity.apps.initiatives import services as initiatives
from learncity.apps.places import imports, queries
from learncity.apps.places.models import Flow, Place, Reform, Version
from learncity.apps.places.types import Dated, PlaceKind, View
from learncity.kernel.acting import COMMAND
from learncity.kernel.csv_files import CsvFile, Unreadable

pytestmark = pytest.mark.django_db

HEAD = "代码,一级行政区,二级行政区,名称,级别,状态,启用时间,变更/弃用时间,新代码"
# What happened in Suzhou between 1981 and 2012, as the code table says it.
SUZHOU = """320000,江苏省,,江苏省,省级,在用,1981,,
320500,江苏省,苏州市,苏州市,地级,在用,1981,,
320502,江苏省,苏州市,沧浪区,县级,弃用,1983,2012,320508
320503,江苏省,苏州市,平江区,县级,弃用,1983,2012,320508
320508,江苏省,苏州市,姑苏区,县级,在用,2012,,
320525,江苏省,苏州市,吴江县,县级,弃用,1981,1992,320584
320584,江苏省,苏州市,吴江市,县级,弃用,1992,2012,320509
320509,江苏省,苏州市,吴江区,县级,在用,2012,,
320586,江苏省,苏州市,吴县市,县级,弃用,1995,2000,320506;320507
320506,江苏省,苏州市,吴中区,县级,在用,2000,,
320507,江苏省,苏州市,相城区,县级,在用,2000,,
329003,江苏省,直辖,常熟市,县级,变更,1986,1990,320581
320581,江苏省,苏州市,常熟市,县级,在用,1990,,320507[2001]
320599,江苏省,苏州市,旧区,县级,弃用,1985,1990,320500
320599,江苏省,苏州市,新区,县级,在用,2005,,
322700,江苏省,苏州地区,苏州地区,地级,弃用,1981,1983,
"""


# The same, in a prefecture of which no city's file speaks.
ELSEWHERE = SUZHOU.replace("3205", "3299")


def china(tmp_path, text=ELSEWHERE):
    path = tmp_path / "codes.csv"
    path.write_text(f"{HEAD}\n{text}", encoding="utf-8-sig")
    file = CsvFile(path, imports.CHINA_COLUMNS)
    importer = imports.ChinaImport(file, by=COMMAND, at=timezone.now())
    importer.write(list(file.rows()))
    return importer.finish()


def cn(code, year):
    return queries.find_by_code("CN", code, on=date(year, 6, 1))


def test_a_code_table_becomes_regions_with_their_history(tmp_path):
    outcome = china(tmp_path)

    # The province is known from the city's own file.
    assert (outcome.new, outcome.same, outcome.errors) == (15, 1, [])
    wujiang = cn("329925", 1985).place_id
    assert [(v.code, str(v.name)) for v in queries.history(wujiang)] == [
        ("329925", "吴江县"), ("329984", "吴江市"), ("329909", "吴江区"),
    ]  # fmt: skip
    assert cn("329908", 2011) is None
    assert cn("329902", 2012) is None
    assert cn("329981", 1995).place_id == cn("329003", 1987).place_id
    assert cn("329999", 1987).place_id != cn("329999", 2010).place_id
    assert cn("322700", 1990) is None


def test_a_merger_a_split_and_a_part_are_told_apart(tmp_path):
    china(tmp_path)
    canglang, gusu = cn("329902", 2000).place_id, cn("329908", 2013).place_id
    wuxian, wuzhong = cn("329986", 1999).place_id, cn("329906", 2000).place_id
    changshu, xiangcheng = cn("329981", 2010).place_id, cn("329907", 2005).place_id

    def seen(region, place, year):
        counted = [Dated(place, date(year, 6, 1), 12)]
        figure = queries.figure(region, counted, view=View.TODAY)
        return figure.least, figure.most

    assert seen(gusu, canglang, 2000) == (12, 12)
    assert seen(wuzhong, wuxian, 1999) == (0, 12)
    assert seen(cn("329900", 2024).place_id, wuxian, 1999) == (12, 12)
    assert seen(xiangcheng, changshu, 2000) == (0, 12)
    assert seen(changshu, changshu, 2000) == (0, 12)
    assert seen(changshu, changshu, 2002) == (12, 12)


def test_the_same_table_again_changes_nothing(tmp_path):
    china(tmp_path)
    before = [model.objects.count() for model in (Place, Version, Flow, Reform)]

    outcome = china(tmp_path)

    assert (outcome.new, outcome.same) == (0, 16)
    assert before == [model.objects.count() for model in (Place, Version, Flow, Reform)]


def test_the_regions_of_a_city_s_file_are_those_of_the_table(tmp_path, city):
    xiangcheng = Place.objects.get(key="xiangcheng")
    names = dict(xiangcheng.name)

    china(tmp_path, SUZHOU)

    assert cn("320507", 2013).place_id == xiangcheng.pk
    assert cn("320507", 1999) is None
    xiangcheng.refresh_from_db()
    assert dict(xiangcheng.name) == names
    assert next(p.key for p in queries.below(xiangcheng.path)) == "xiangcheng"
    plan = initiatives.plan(
        path=Path(initiatives.__file__).parent / "cities/suzhou.yaml", at=timezone.now()
    )
    assert plan.is_empty


def test_what_a_city_s_file_says_to_the_day_is_not_said_again_by_the_year(tmp_path, city):
    gusu = Place.objects.get(key="gusu")

    outcome = china(tmp_path, SUZHOU)

    assert (outcome.errors, outcome.same) == ([], 7)
    assert [v.since for v in queries.history(gusu.pk)] == [date(2012, 9, 1)]
    assert queries.find_by_code("CN", "320502", on=date(2012, 8, 31)).key == "canglang-district"
    # What the table knows and the file does not is joined to it.
    county = cn("320525", 1985).place_id
    assert queries.heirs(county).sole == Place.objects.get(key="wujiang").pk
    again = china(tmp_path, SUZHOU)
    assert (again.new, again.same) == (0, 16)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("3205,江苏省,,x,县级,,1981,,", "write the six digits of the code"),
        ("320511,江苏省,,,县级,,1981,,", "write the name"),
        ("320511,江苏省,,x,乡级,,1981,,", "write one of 省级, 地级, 县级"),
        ("320511,江苏省,,x,县级,,now,,", "write a year, such as 2012"),
        ("320511,江苏省,,x,县级,,1990,1985,320500", "the code begins in 1990; write a later year"),
        ("320511,江苏省,,x,县级,,1981,1985,gusu", "write codes, such as 320508"),
        ("320511,江苏省,,x,县级,,1981,1985,320777", "no row for the successor 320777 in 1985"),
        ("999911,无,,x,县级,,1981,,", "no row for the province or prefecture of 999911"),
        ("320502,江苏省,,x,县级,,1990,2000,320508", "another row has this code in the same years"),
    ],
)
def test_a_row_that_cannot_be_is_left_out_with_its_reason(tmp_path, row, says):
    outcome = china(tmp_path, SUZHOU + row)

    assert [says in error.says for error in outcome.errors] == [True]
    assert outcome.new == 9


# Viet Nam: two days and the way between them.

LISTS = {
    "before/provinces.csv": "code,full_name,full_name_en\n56,Tỉnh Khánh Hòa,Khanh Hoa Province\n"
    "58,Tỉnh Ninh Thuận,Ninh Thuan Province\n",
    "before/districts.csv": "code,province_code,full_name,full_name_en\n"
    "574,56,Huyện Cam Lâm,Cam Lam District\n582,58,Thành phố Phan Rang,Phan Rang City\n",
    "before/wards.csv": "code,district_code,province_code,full_name,full_name_en\n"
    "22435,574,56,Xã Cam Tân,Cam Tan Commune\n22438,574,56,Xã Cam Hòa,Cam Hoa Commune\n"
    "22441,574,56,Xã Suối Cát,Suoi Cat Commune\n22738,582,58,Phường Mỹ Hải,My Hai Ward\n",
    "after/provinces.csv": "code,full_name,full_name_en\n56,Tỉnh Khánh Hoà,Khanh Hoa Province\n",
    "after/wards.csv": "code,province_code,full_name,full_name_en\n"
    "22435,56,Xã Cam Lâm,Cam Lam Commune\n22441,56,Xã Suối Dầu,Suoi Dau Commune\n"
    "22738,56,Phường Đông Hải,Dong Hai Ward\n",
}
TABLE = """old_province,old_district,old_ward,new_province,new_ward
Tỉnh Khánh Hoà,Huyện Cam Lâm,Xã Cam Tân,Tỉnh Khánh Hòa,Xã Cam Lâm
Tỉnh Khánh Hòa,Huyện Cam Lâm,Xã Cam Hoà,Tỉnh Khánh Hòa,Xã Cam Lâm
Tỉnh Khánh Hòa,Huyện Cam Lâm,Xã Cam Hòa,Tỉnh Khánh Hòa,Xã Suối Dầu
Tỉnh Khánh Hòa,Huyện Cam Lâm,Xã Suối Cát,Tỉnh Khánh Hòa,Xã Suối Dầu
Tỉnh Ninh Thuận,Thành phố Phan Rang,Phường Mỹ Hải,Tỉnh Khánh Hòa,Phường Đông Hải
"""
REFORM, BEFORE, AFTER = date(2025, 7, 1), date(2023, 6, 1), date(2026, 1, 1)


@pytest.fixture
def vietnam(tmp_path):
    for name, text in LISTS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    def run(table=TABLE):
        path = tmp_path / "table.csv"
        path.write_text(table)
        file = CsvFile(path, imports.VIETNAM_COLUMNS)
        importer = imports.VietnamImport(
            file, before=tmp_path / "before", after=tmp_path / "after", effective=REFORM,
            by=COMMAND, at=timezone.now(),
        )  # fmt: skip
        importer.write(list(file.rows()))
        return importer.finish()

    return run


def vn(code, on):
    return queries.find_by_code("VN", code, on=on)


def communes(code, on):
    found = queries.below_on(vn(code, on).place_id, on=on, kinds=[PlaceKind.COMMUNE])
    return [v.code for v in found]


def test_a_reform_of_two_levels_into_one_and_two_provinces_into_one(vietnam):
    outcome = vietnam()

    assert (outcome.new, outcome.same, outcome.errors) == (5, 0, [])
    assert communes("56", BEFORE) == ["22435", "22438", "22441"]
    assert communes("56", AFTER) == ["22435", "22441", "22738"]
    assert (vn("58", AFTER), vn("574", AFTER), vn("22438", AFTER)) == (None, None, None)
    assert vn("22738", AFTER).place_id == vn("22738", BEFORE).place_id


def test_t31_of_a_commune_that_was_divided_nothing_is_given_to_a_part(vietnam):
    vietnam()
    cam_hoa = vn("22438", BEFORE).place_id
    counted = [Dated(cam_hoa, BEFORE, 120)]

    parts = [queries.figure(vn(c, AFTER).place_id, counted, view=View.TODAY) for c in
             ("22435", "22441")]  # fmt: skip
    assert [(part.least, part.most) for part in parts] == [(0, 120), (0, 120)]
    assert queries.heirs(cam_hoa).sole is None
    assert set(queries.heirs(cam_hoa).places) == {vn(c, AFTER).place_id for c in ("22435", "22441")}


def test_t32_a_report_of_2023_differs_on_the_map_of_today_and_both_are_explained(vietnam):
    vietnam()
    khanh_hoa = vn("56", AFTER).place_id
    counted = [Dated(vn(c, BEFORE).place_id, BEFORE, 10) for c in ("22435", "22438", "22738")]

    was = queries.figure(khanh_hoa, counted, view=View.AS_IT_WAS)
    now = queries.figure(khanh_hoa, counted, view=View.TODAY)

    assert (was.known, was.is_certain, now.known, now.is_certain) == (20, True, 30, True)
    ninh_thuan = vn("58", BEFORE).place_id
    assert ninh_thuan in {flow.source_id for flow in queries.flows_of(khanh_hoa)}


def test_another_spelling_of_the_name_is_no_reform(vietnam):
    vietnam()

    assert len(queries.history(vn("56", AFTER).place_id)) == 1
    assert vn("56", AFTER).name["vi"] == "Tỉnh Khánh Hoà"


def test_the_same_lists_again_change_nothing(vietnam):
    vietnam()
    before = [model.objects.count() for model in (Place, Version, Flow, Reform)]

    outcome = vietnam()

    assert (outcome.new, outcome.same) == (0, 5)
    assert before == [model.objects.count() for model in (Place, Version, Flow, Reform)]


def test_rows_with_mistakes_are_left_out_and_go_in_when_they_are_mended(vietnam):
    with translation.override("en"):
        outcome = vietnam(
            TABLE.replace(
                "Xã Cam Hòa,Tỉnh Khánh Hòa,Xã Suối Dầu", "Xã Cam Hòa,Tỉnh Khánh Hòa,Xã Suối Dâu"
            )
        )

    assert sorted((error.row, error.says[:25]) for error in outcome.errors) == [
        (3, "held back, because row 4 "), (4, "there is no such ward in "),
    ]  # fmt: skip
    assert "did you mean 'Xã Suối Dầu'?" in next(e.says for e in outcome.errors if e.row == 4)
    assert vn("22438", AFTER).place_id == vn("22438", BEFORE).place_id

    mended = vietnam()

    assert (mended.new, mended.same, mended.errors) == (2, 3, [])
    assert communes("56", AFTER) == ["22435", "22441", "22738"]
    cam_hoa = vn("22438", BEFORE).place_id
    assert len(queries.heirs(cam_hoa).places) == 2


def test_a_folder_without_its_lists_is_said_before_anything_is_read(vietnam, tmp_path):
    (tmp_path / "after/wards.csv").unlink()

    with pytest.raises(Unreadable, match=r"has no wards\.csv"):
        vietnam()


# People of regions.


def test_numbers_of_people_go_in_are_corrected_and_stand_on_the_page(vietnam, tmp_path, client):
    vietnam()

    def people(text):
        path = tmp_path / "people.csv"
        path.write_text(text)
        file = CsvFile(path, imports.POPULATION_COLUMNS)
        return imports.PopulationImport(file).write(list(file.rows()))

    head = "place,year,group,people,source\n"
    good = "vn-56,2024,,1.253.100,GSO\nvn-56,2024,OVER_60,150 000,GSO\n"
    bad = "vn-99,2024,,1,\nvn-56,then,,1,\nvn-56,2023,,many,\nvn-56,2023,DOGS,1,\n"
    bad += "vn-56,2024,,2,\n"

    first = people(head + good + bad)
    again, corrected = people(head + good), people(head + good.replace("GSO\n", "census\n", 1))

    assert (first.new, first.changed, first.same, len(first.errors)) == (2, 0, 0, 5)
    assert (again.new, again.changed, again.same) == (0, 0, 2)
    assert (corrected.new, corrected.changed, corrected.same) == (0, 1, 1)
    assert [(p.group, p.people) for p in queries.population(vn("56", AFTER).place_id)] == [
        ("", 1_253_100), ("OVER_60", 150_000),
    ]  # fmt: skip
    assert "census" in client.get("/places/vn-56/").content.decode()


# A decree of one's own.


def test_a_decree_is_carried_out_whole_or_not_at_all(vietnam, tmp_path):
    vietnam()

    def decree(text):
        path = tmp_path / "decree.csv"
        path.write_text(text)
        file = CsvFile(path, imports.DECREE_COLUMNS)
        importer = imports.DecreeImport(
            file, key="later", country="VN", effective=date(2026, 4, 30), act="30/2026", by=COMMAND,
            at=timezone.now(),
        )  # fmt: skip
        importer.write(list(file.rows()))
        return importer.finish()

    with translation.override("en"):
        refused = decree("from,to,share\n22435,22441,\n00000,22441,\n")
    assert [(e.row, e.says) for e in refused.errors] == [
        (3, "there is no region with the code or name 00000 on that day")
    ]
    assert not Reform.objects.filter(key="later").exists()
    before = Flow.objects.count()

    done = decree("from,to,share\n22435,22441,\n")

    assert (done.new, done.errors) == (1, [])
    assert Flow.objects.count() == before + 2
    assert decree("from,to,share\n22435,22441,\n").same == 1
