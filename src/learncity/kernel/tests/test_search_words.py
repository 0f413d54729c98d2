"""Words are found however they are written and typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learncity.kernel.search_words import asked, index_words, readings, simplified, sounding

SHOP = "小店会计入门：记好每一笔账"


def is_found(typed, text):
    """Whether an index of the text, its readings with it, holds every word that was typed."""
    held = [*index_words(text), *readings(text)]
    return all(
        any(token.startswith(way) for token in held for way in word.ways) or word.stem in held
        for word in asked(typed)
    )


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("会计", SHOP),
        ("計入", SHOP),
        ("會計", SHOP),
        ("会计", "會計學入門"),
        ("kuaiji", SHOP),
        ("KuaiJi", SHOP),
        ("kuai ji", SHOP),
        ("账", "记好每一笔账"),
        ("ke toan", "Kế toán cho tiệm nhỏ"),
        ("Kế Toán", "Kế toán cho tiệm nhỏ"),
        ("bookkeep", "Bookkeeping for a small shop"),
        ("shops", "Bookkeeping for a small shop"),
        ("running businesses", "How to run a business"),
        ("excel 手机", "手机上的Excel表格"),
    ],
)
def test_what_is_typed_finds_the_text(typed, text):
    assert is_found(typed, text)


@pytest.mark.parametrize(
    ("typed", "text"),
    [("会议", SHOP), ("cooking", "Bookkeeping"), ("ji", "Kỹ năng"), ("pin", "拼布")],
)
def test_other_words_do_not(typed, text):
    held = index_words(text)
    assert not any(token.startswith(word.typed) for token in held for word in asked(typed))


def test_characters_of_one_sound_sound_the_same():
    assert [word.ways for word in sounding("快记")] == [word.ways for word in sounding("会计")]


def test_only_chinese_is_rewritten():
    assert simplified("會計 kế toán Bookkeeping 簿記") == "会计 kế toán Bookkeeping 簿记"


@given(st.text(max_size=60))
def test_no_query_can_be_smuggled_in_through_what_is_typed(text):
    tokens = [*index_words(text), *readings(text)]
    for word in [*asked(text), *sounding(text)]:
        tokens += [word.typed, *word.ways, *([word.stem] if word.stem else [])]
    for token in tokens:
        assert token
        assert not any(sign.isspace() or sign in "'\"\\&|!():*<>" for sign in token)
