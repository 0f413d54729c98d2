"""Which numbers are accepted, and in which form they are kept. Every number here is made up."""

from datetime import date

import pytest

from learncity.apps.people.rules import (
    _PROVINCES,
    check_sign,
    claim_of,
    forms_of,
    lengthened,
    masked,
    parse_number,
    tail_of,
    tidy,
)
from learncity.apps.people.types import IdentifierInvalid, IdentifierKind, IssuerMissing, Number

TODAY = date(2026, 11, 22)
K = IdentifierKind
# The samples printed in the standard GB 11643.
SAMPLE, OLD_SAMPLE = "11010519491231002X", "440524188001010014"


def parse(kind, text, issuer="", today=TODAY):
    return parse_number(kind, text, issuer=issuer, today=today, region="CN", invented=True)


def refused(kind, text, issuer="", today=TODAY):
    with pytest.raises(IdentifierInvalid):
        parse(kind, text, issuer, today)


def test_t33_a_number_issued_in_a_province_that_was_merged_stays_valid():
    """058 is Ninh Thuận, part of Khánh Hòa since 1 July 2025."""
    number = parse(K.NATIONAL_ID, "058 094 123 456", "VN")

    assert number.value == "058094123456"
    assert (number.kind, number.issuer) == (K.NATIONAL_ID, "VN")


def test_t34_a_number_is_accepted_by_its_check_sign_whatever_its_region():
    assert parse(K.NATIONAL_ID, OLD_SAMPLE, "CN").value == OLD_SAMPLE
    assert parse(K.NATIONAL_ID, SAMPLE, "CN").value == SAMPLE
    unknown_region = "99999919900101" + "123"
    assert parse(K.NATIONAL_ID, unknown_region + check_sign(unknown_region), "cn")


def test_a_small_x_and_wide_digits_are_kept_as_the_standard_writes_them():
    assert parse(K.NATIONAL_ID, "11010519491231002x", "CN").value == SAMPLE
    assert parse(K.NATIONAL_ID, " 110105 19491231 002X", "CN").value == SAMPLE
    assert parse(K.NATIONAL_ID, "１１０１０５１９４９１２３１００２Ｘ", "CN").value == SAMPLE


@pytest.mark.parametrize("at", range(18))
def test_one_wrong_digit_of_a_chinese_number_is_seen(at):
    digit = "1" if SAMPLE[at] in "0X" else "0"
    refused(K.NATIONAL_ID, SAMPLE[:at] + digit + SAMPLE[at + 1 :], "CN")


@pytest.mark.parametrize("first", ["11010519490229002", "11010519491331002", "11010500001231002"])
def test_a_day_of_birth_that_never_was_is_refused(first):
    refused(K.NATIONAL_ID, first + check_sign(first), "CN")


def test_nobody_is_born_tomorrow():
    first = "11010520261122002"
    number = first + check_sign(first)

    assert parse(K.NATIONAL_ID, number, "CN").value == number
    refused(K.NATIONAL_ID, number, "CN", today=date(2026, 11, 21))
    refused(K.NATIONAL_ID, "001227000001", "VN")  # born in 2027
    assert parse(K.NATIONAL_ID, "001226000001", "VN")


@pytest.mark.parametrize("text", ["", "1101051949123100", "1101051949123100222", "A" * 18, "１２"])
def test_what_has_another_length_or_letters_is_no_chinese_number(text):
    refused(K.NATIONAL_ID, text, "CN")


@pytest.mark.parametrize(
    ("digits", "fine"),
    [
        ("001094123456", True),
        ("096305123456", True),
        ("096327123456", False),  # 2027 has not come
        ("003094123456", False),  # no province ever had 003
        ("000094123456", False),
        ("097094123456", False),
        ("134094123456", True),  # registered abroad
        ("05609412345", False),
        ("0560941234567", False),
        ("05609412345A", False),
        ("056994123456", False),  # 2394
    ],
)
def test_a_vietnamese_number_is_known_by_province_century_and_year(digits, fine):
    if fine:
        assert parse(K.NATIONAL_ID, digits, "VN").value == digits
    else:
        refused(K.NATIONAL_ID, digits, "VN")


def test_the_table_of_provinces_is_that_of_before_the_mergers():
    assert len(_PROVINCES) == 63
    assert {"056", "058", "001", "096"} <= _PROVINCES


@pytest.mark.parametrize(
    ("kind", "issuer", "good", "bad"),
    [
        (K.OLD_NATIONAL_ID, "", "110105491231002", "110105491331002"),
        (K.HK_MACAO_PERMIT, "", "H12345678", "K12345678"),
        (K.HK_MACAO_PERMIT, "", "m1234567801", "M1234567"),
        (K.TAIWAN_PERMIT, "", "12345678", "1234567"),
        (K.TAIWAN_PERMIT, "", "1234567890(B)", "A2345678"),
        (K.FOREIGN_RESIDENT_CARD, "", "VNM330012345678", "VN3300123456789"),
        (K.PASSPORT, "VN", "C1234567", "C1"),
        (K.UNION_NUMBER, "苏州市总工会", "3205-0001-22", "3"),
        (K.EMPLOYEE_NUMBER, "灯火电子", "A-17", ""),
        (K.STUDENT_NUMBER, "Đại học Thử", "2026001", "ñ"),
        (K.PHONE, "", "154 0000 0077", "12345"),
        (K.PHONE, "", "+8615400000077", "person@example.org"),
    ],
)
def test_other_documents_have_a_form_of_their_own(kind, issuer, good, bad):
    assert parse(kind, good, issuer).kind == kind
    refused(kind, bad, issuer)


def test_permits_with_eighteen_signs_have_the_check_sign_too():
    for kind, first in (
        (K.RESIDENCE_PERMIT, "81000019900101001"),
        (K.RESIDENCE_PERMIT, "83000019900101001"),
        (K.FOREIGN_RESIDENT_CARD, "91115619900101001"),
    ):
        good = first + check_sign(first)
        assert parse(kind, good).value == good
        refused(kind, first + ("0" if good[-1] != "0" else "1"))
    refused(K.RESIDENCE_PERMIT, SAMPLE)


@pytest.mark.parametrize(
    ("kind", "issuer"),
    [
        (K.NATIONAL_ID, ""),
        (K.NATIONAL_ID, "US"),
        (K.PASSPORT, ""),
        (K.PASSPORT, "Viet Nam"),
        (K.EMPLOYEE_NUMBER, "  "),
        (K.UNION_NUMBER, ""),
    ],
)
def test_who_gave_it_out_belongs_to_the_number(kind, issuer):
    with pytest.raises(IssuerMissing):
        parse(kind, SAMPLE, issuer)


def test_an_old_card_and_the_new_one_are_the_same_number():
    old, new = parse(K.OLD_NATIONAL_ID, "110105491231002"), parse(K.NATIONAL_ID, SAMPLE, "CN")

    assert lengthened(old.value) == SAMPLE
    assert claim_of(old) == claim_of(new)
    assert forms_of(SAMPLE) == {SAMPLE, "110105491231002"}
    assert forms_of("110105 491231 002") == {SAMPLE, "110105491231002"}


def test_the_same_signs_of_two_employers_are_two_numbers():
    one, two = (parse(K.EMPLOYEE_NUMBER, "17", name) for name in ("灯火电子", "运河纺织"))

    assert claim_of(one) != claim_of(two)
    assert claim_of(parse(K.EMPLOYEE_NUMBER, "17", "ACME")) == claim_of(
        parse(K.EMPLOYEE_NUMBER, "17", " acme ")
    )


@pytest.mark.parametrize(
    ("value", "tail"), [(SAMPLE, "002X"), ("1234", "34"), ("12", "2"), ("7", "")]
)
def test_at_most_half_of_a_short_number_is_shown(value, tail):
    assert tail_of(Number(K.EMPLOYEE_NUMBER, "x", value)) == tail


def test_a_number_is_not_printed_with_its_value():
    assert SAMPLE not in repr(Number(K.NATIONAL_ID, "CN", SAMPLE))
    assert masked("+8615400000001") == "**** 0001"
    assert masked("clerk@example.org") == "c***@example.org"


def test_a_name_written_decomposed_is_kept_composed():
    assert tidy("Nguye\u0302\u0303n   Va\u0306n\tAn") == "Nguyễn Văn An"
