"""Pinyin without spaces, cut into syllables."""

import pytest

from learncity.kernel.pinyin import cuts, spelt


@pytest.mark.parametrize(
    ("word", "ways"),
    [
        ("xiulan", [("xiu", "lan")]),
        ("xian", [("xian",), ("xi", "an")]),
        ("wangxiulan", [("wang", "xiu", "lan")]),
        ("lyu", [("lyu",)]),
        ("nguyen", []),
        ("tran", []),
        ("xiul", []),
        ("", []),
        ("王", []),
        ("x" * 100, []),
    ],
)
def test_a_word_is_cut_in_every_way(word, ways):
    found = [way for way in cuts(word) if way]
    assert found == ways


def test_a_word_of_many_readings_is_cut_in_a_bounded_number_of_ways():
    assert len(cuts("xian" * 10)) == 32
    assert cuts("xian" * 10)[0] == ("xian",) * 10


def test_a_syllable_with_two_dots_is_known_however_it_is_typed():
    assert spelt("lu") == ("lu", "lv")
    assert spelt("lyu")[-1] == "lv"
    assert spelt("lan") == ("lan",)
