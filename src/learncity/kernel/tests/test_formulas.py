"""What a spreadsheet would run is marked, and a marked cell reads as it was."""

from hypothesis import given
from hypothesis import strategies as st

from learncity.kernel.formulas import defused, unmarked

CELLS = st.text(st.sampled_from("=+-@'; \n\t\"a1"), max_size=12).filter(lambda s: s == s.strip())


@given(CELLS)
def test_a_marked_cell_reads_as_it_was(words):
    assert unmarked(defused(words)) == words


@given(CELLS)
def test_no_marked_cell_begins_as_a_formula(words):
    marked = defused(words)
    assert not marked.startswith(("=", "@", "-"))
    assert marked[1:].isdigit() or marked[:1] != "+"


def test_a_list_of_points_in_a_text_survives_a_download():
    words = "Bring:\n- a pen\n- paper; =no formula"
    assert defused(words) == "Bring:\n'- a pen\n'- paper; '=no formula"
    assert unmarked(defused(words)) == words
