"""Names sort as people expect."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learncity.kernel.words import fold, sort_key


@pytest.mark.parametrize(
    "in_order",
    [
        # Vietnamese by given name: letters before tones, d before đ.
        ["Trần Thị An", "Lê Văn Ân", "Nguyễn Bình", "Phạm Dũng", "Võ Đức", "Hồ Yến"],
        ["Lê A", "Lê À", "Lê Ả", "Lê Ã", "Lê Á", "Lê Ạ", "Lê Ă", "Lê Â"],
        # Chinese by pinyin: ān, bái, chén, liú, wáng, zhōu.
        ["安一", "白云", "陈雅琴", "刘建军", "王秀兰", "周明远"],
        # Latin names among Chinese ones, by their letters.
        ["陈一", "Mary Diaz", "刘一", "王一"],
    ],
)
def test_names_sort_as_people_expect(in_order):
    shuffled = random.Random(7).sample(in_order, len(in_order))
    assert sorted(shuffled, key=sort_key) == in_order


def test_accents_and_case_do_not_matter_to_the_finder():
    assert fold("KẾ TOÁN Đồng") == "ke toan dong"


@given(st.text(max_size=40))
def test_every_name_has_a_key(name):
    assert isinstance(sort_key(name), bytes)
