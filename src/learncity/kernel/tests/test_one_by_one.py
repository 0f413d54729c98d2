"""One that fails holds up no other, and is not forgotten."""

import pytest

from learncity.kernel.one_by_one import one_by_one


def test_what_each_did_is_counted():
    assert one_by_one([1, 2, 3], lambda n: n, what="number") == 6
    assert one_by_one([], lambda n: n, what="number") == 0


def test_the_rest_is_done_before_the_first_fault_is_raised():
    done = []

    def work(number):
        if number % 2:
            raise LookupError(number)
        done.append(number)
        return 1

    with pytest.raises(LookupError, match=r"^1$"):
        one_by_one([0, 1, 2, 3, 4], work, what="number")

    assert done == [0, 2, 4]


def test_whoever_stops_the_process_stops_it_at_once():
    done = []

    def work(number):
        done.append(number)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        one_by_one([1, 2], work, what="number")

    assert done == [1]
