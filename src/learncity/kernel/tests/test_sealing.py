"""What is sealed opens with its own key, in its own place, and not otherwise."""

import os
import stat
import threading

import pytest

from learncity.config.env import BadSettings, add_sealing_key, sealing_keys
from learncity.kernel import sealing
from learncity.kernel.sealing import CannotUnseal, KeyMissing, Wrapped

FIRST, SECOND = {"aaaaaaaa": b"1" * 32}, {"bbbbbbbb": b"2" * 32}
HER, HIM = "person 1", "person 2"


@pytest.fixture(autouse=True)
def _one_key(settings):
    settings.SEALING_KEYS = FIRST


def sealed(value="440524188001010014", *, key, owner=HER, about="row 1"):
    return sealing.seal(value, key=key, owner=owner, about=about)


def opened(box, *, key, owner=HER, about="row 1"):
    return sealing.unseal(box, key=key, owner=owner, about=about)


def test_what_is_sealed_is_read_again_and_shows_nothing():
    key = sealing.new_key(owner=HER)
    box = sealed(key=key)

    assert opened(box, key=key) == "440524188001010014"
    assert b"4405" not in box
    assert sealed(key=key) != box
    assert "box" not in repr(key)


@pytest.mark.parametrize("at", [0, 1, 12, 13, 20, -1])
def test_a_box_with_one_changed_bit_does_not_open(at):
    key = sealing.new_key(owner=HER)
    box = bytearray(sealed(key=key))
    box[at] ^= 1

    with pytest.raises(CannotUnseal):
        opened(bytes(box), key=key)


def test_a_box_that_was_cut_short_does_not_open():
    key = sealing.new_key(owner=HER)
    for length in (0, 1, 5, 13, 20):
        with pytest.raises(CannotUnseal):
            opened(sealed(key=key)[:length], key=key)


def test_a_box_opens_in_its_own_row_and_with_its_own_key_only():
    hers, his = sealing.new_key(owner=HER), sealing.new_key(owner=HIM)
    box = sealed(key=hers)

    with pytest.raises(CannotUnseal):
        opened(box, key=hers, about="row 2")
    with pytest.raises(CannotUnseal):
        opened(box, key=his, owner=HIM)
    with pytest.raises(CannotUnseal):  # his key, put into her row
        opened(sealed(key=his, owner=HIM), key=his, owner=HER)


def test_a_new_installation_key_opens_what_the_old_one_sealed(settings):
    key = sealing.new_key(owner=HER)
    box = sealed(key=key)
    settings.SEALING_KEYS = FIRST | SECOND

    again = sealing.rewrap(key, owner=HER)

    assert (key.key_id, again.key_id) == ("aaaaaaaa", "bbbbbbbb")
    assert sealing.rewrap(again, owner=HER) is again
    settings.SEALING_KEYS = SECOND
    assert opened(box, key=again) == "440524188001010014"
    with pytest.raises(KeyMissing, match="aaaaaaaa"):
        opened(box, key=key)


def test_a_destroyed_key_leaves_nothing_to_open():
    """The installation's key alone does not open a box."""
    box = sealed(key=sealing.new_key(owner=HER))

    for other in (sealing.new_key(owner=HER), Wrapped("aaaaaaaa", b""), Wrapped("aaaaaaaa", box)):
        with pytest.raises(CannotUnseal):
            opened(box, key=other)


def test_equal_values_have_equal_digests_and_different_ones_have_not(settings):
    one = sealing.digest("1", about="PHONE")

    assert len(one) == 32
    assert one == sealing.digest("1", about="PHONE")
    assert one != sealing.digest("2", about="PHONE")
    assert one != sealing.digest("1", about="PASSPORT")
    settings.SEALING_KEYS = SECOND
    assert one != sealing.digest("1", about="PHONE")


def test_while_keys_change_a_value_is_looked_for_by_both(settings):
    before = sealing.digest("1", about="PHONE")
    settings.SEALING_KEYS = FIRST | SECOND

    assert sealing.digests("1", about="PHONE") == [sealing.digest("1", about="PHONE"), before]


def test_without_a_key_nothing_is_sealed(settings):
    settings.SEALING_KEYS = {}
    with pytest.raises(KeyMissing):
        sealing.new_key(owner=HER)


# The file of the keys.


def test_the_first_start_makes_a_key_and_later_ones_read_it(tmp_path):
    path = tmp_path / "keys.env"
    first = sealing_keys(path)

    assert len(first) == 1
    assert sealing_keys(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().startswith("SECRET_KEY=")


def test_an_installation_from_before_gets_a_key_beside_the_one_it_has(tmp_path):
    path = tmp_path / "keys.env"
    path.write_text("SECRET_KEY=old")  # no newline at its end
    found = sealing_keys(path)

    assert path.read_text().startswith("SECRET_KEY=old\nSEALING_KEY_")
    assert sealing_keys(path) == found


def test_of_many_first_starts_all_read_the_same_key(tmp_path):
    path, found = tmp_path / "keys.env", []
    path.write_text("SECRET_KEY=old\n")
    start = threading.Barrier(8)

    def run():
        start.wait()
        found.append(dict(sealing_keys(path)))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [found[0]] * 8


def test_a_further_key_comes_last(tmp_path):
    path = tmp_path / "keys.env"
    first = sealing_keys(path)
    new = add_sealing_key(path)

    assert list(sealing_keys(path)) == [*first, new]


def test_a_key_that_was_changed_is_refused_before_it_seals_anything(tmp_path):
    path = tmp_path / "keys.env"
    sealing_keys(path)
    text = path.read_text()
    path.write_text(text[:-10] + ("A" if text[-10] != "A" else "B") + text[-9:])

    with pytest.raises(BadSettings, match="was changed"):
        sealing_keys(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to any file")
def test_a_file_that_cannot_be_written_to_says_what_is_missing(tmp_path):
    path = tmp_path / "keys.env"
    path.write_text("SECRET_KEY=old\n")
    path.chmod(0o400)

    with pytest.raises(BadSettings, match="needs a SEALING_KEY"):
        sealing_keys(path)
