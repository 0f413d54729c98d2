"""Names sort as people expect, and words are found however they are typed."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learncity.kernel.words import fold, query_tokens, search_tokens, sort_key


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


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("会计", "小店会计入门：记好每一笔账"),
        ("计入", "小店会计入门"),
        ("账", "记好每一笔账"),
        ("ke toan", "Kế toán cho tiệm nhỏ"),
        ("Kế Toán", "Kế toán cho tiệm nhỏ"),
        ("bookkeep", "Bookkeeping for a small shop"),
        ("excel 手机", "手机上的Excel表格"),
    ],
)
def test_what_is_typed_finds_the_text(typed, text):
    words = search_tokens(text)
    assert all(any(word.startswith(token) for word in words) for token in query_tokens(typed))


@pytest.mark.parametrize(("typed", "text"), [("会议", "小店会计入门"), ("cooking", "Bookkeeping")])
def test_other_words_do_not(typed, text):
    words = search_tokens(text)
    assert not all(any(word.startswith(token) for word in words) for token in query_tokens(typed))


@given(st.text(max_size=60))
def test_no_query_can_be_smuggled_in_through_what_is_typed(text):
    for token in [*search_tokens(text), *query_tokens(text)]:
        assert token
        assert not any(sign.isspace() or sign in "'\"\\&|!():*<>" for sign in token)


@given(st.text(max_size=40))
def test_every_name_has_a_key(name):
    assert isinstance(sort_key(name), bytes)
