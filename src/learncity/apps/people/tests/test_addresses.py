"""An address is kept in one form; what only looks like one, or costs its sender, is refused."""

import pytest

from learncity.apps.people.services import parse_address
from learncity.apps.people.types import BadAddress


def email(text):
    return parse_address(text, region="CN", invented=False).email


def phone(text, invented=False):
    return parse_address(text, region="CN", invented=invented).phone


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("boss@mail.example", "boss@mail.example"),
        (" Lan.Nguyen+city@Example.ORG ", "lan.nguyen+city@example.org"),
        ("o'hara_1@mail.example.co.uk", "o'hara_1@mail.example.co.uk"),
        # A host may be written in any script; it is kept as the post knows it.
        ("lan@Bücher.example", "lan@xn--bcher-kva.example"),
        ("lan@学习.中国", "lan@xn--vjq503a.xn--fiqs8s"),
        ("boss@straße.example", "boss@strasse.example"),
        ("boss@ｍａｉｌ.example", "boss@mail.example"),
        ("boss@ﬁne.example", "boss@fine.example"),
        # The dotless letter of a host is a letter of its own: another host, not the one it apes.
        ("boss@maıl.example", "boss@xn--mal-kua.example"),
    ],
)
def test_an_email_address_is_kept_in_one_form(typed, kept):
    assert email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        # Letters that some comparison takes for others.
        "bıll@mail.example",
        "boſs@mail.example",
        "boß@mail.example",
        "ﬁona@mail.example",
        "ｂｏｓｓ@mail.example",
        "b\u043ess@mail.example",  # Cyrillic
        "\u212aate@mail.example",  # the sign of the kelvin
        "boss\u0301@mail.example",
        # What a letter may carry beside the address.
        "n0<target@bank.example>",
        "Boss <boss@mail.example>",
        '"Boss" <boss@mail.example>',
        "(c1)victim@x.example",
        "victim(c1)@x.example",
        "victim@x.example(c1)",
        "a,b@x.example",
        "a@x.example,b@y.example",
        "a;b@x.example",
        "a b@x.example",
        '"a b"@x.example',
        '"boss@mail.example"@x.example',
        "a@b@x.example",
        "x@evil＠mail.example",  # becomes an @ when the host is translated
        # What cannot be seen.
        "a\x01@x.example",
        "a@x\x01.example",
        "a\u202e@x.example",
        "a@x\u202e.example",
        "a\u200b@x.example",
        "a\r\nBcc: b@x.example",
        "a@x.example\nb",
        # No host.
        "a@x..co",
        "a@.example",
        "a@x.example.",
        "a@-x.example",
        "a@localhost",
        "a@example",
        "a@[127.0.0.1]",
        "a@[IPv6:::1]",
        "@x.example",
        "a@",
        "a" * 250 + "@x.example",
        "a@" + "ü." * 120 + "example",
    ],
)
def test_what_only_looks_like_an_email_address_is_refused(typed):
    with pytest.raises(BadAddress):
        email(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("138 0000 0000", "+8613800000000"),
        ("１３８００００００００", "+8613800000000"),
        ("+84 91 234 56 78", "+84912345678"),
        ("+44 7400 123456", "+447400123456"),
        ("+1 202 555 0123", "+12025550123"),
        ("+852 5123 4567", "+85251234567"),
        ("+254 712 123456", "+254712123456"),
    ],
)
def test_a_mobile_number_of_any_country_is_kept_in_one_form(typed, kept):
    assert phone(typed) == kept


@pytest.mark.parametrize("invented", [False, True])
@pytest.mark.parametrize(
    "typed",
    [
        "+1 900 234 5678",  # premium
        "+44 909 123 4567",
        "+979 123 456 789",
        "+1 800 234 5678",  # free of charge: somebody else pays
        "+44 843 123 4567",  # shared cost
        "+44 70 1234 5678",  # personal: passed on, at its owner's price
        "+870 773 111 632",  # satellites
        "+881 612 345 678",
        "+882 16 1234567",
        "+882 342 1234",
        "+883 510 012 345",  # international services
        "+878 10 123456 7890",
        "+86 755 8123 4567",  # landlines
        "0771 123 4567",
        "+39 06 698 12345",
        "+86 400 810 1234",
        "110",
    ],
)
def test_a_number_that_is_no_ones_mobile_is_refused(typed, invented):
    with pytest.raises(BadAddress):
        phone(typed, invented)


def test_an_invented_number_is_one_in_a_demo_only():
    assert phone("154 0000 0001", invented=True) == "+8615400000001"
    with pytest.raises(BadAddress):
        phone("154 0000 0001")
