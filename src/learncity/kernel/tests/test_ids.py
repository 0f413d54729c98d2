"""Identifiers sort by time and are never met twice; receipts can be read out."""

import re
from concurrent.futures import ThreadPoolExecutor

from learncity.kernel.ids import receipt_number, uuid7


def test_identifiers_made_one_after_the_other_are_in_order():
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(set(made))


def test_identifiers_of_many_threads_are_all_different():
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: uuid7(), range(20_000)))
    assert len(set(made)) == 20_000


def test_an_identifier_is_a_version_7_uuid():
    made = uuid7()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")


def test_a_receipt_holds_no_letter_that_is_misread():
    for _ in range(1000):
        assert re.fullmatch(
            "[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{2}", receipt_number()
        )
