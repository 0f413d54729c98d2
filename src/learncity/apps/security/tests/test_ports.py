"""What all adapters of other providers share; what each asks and believes is in test_elsewhere."""

import pytest

from learncity.apps.security.ports import Address, ask, text_of
from learncity.apps.security.types import WayFailed


def test_no_secret_travels_in_the_clear_to_another_machine():
    assert Address.of("zalo://a:b@").base("graph.zalo.test") == "https://graph.zalo.test"
    assert Address.of("oidc://a:b@issuer.test:8443/x/").base("") == "https://issuer.test:8443/x"
    with pytest.raises(WayFailed):
        ask("http://issuer.test/token", form={"secret": "x"})
    with pytest.raises(WayFailed):
        ask("file:///etc/hostname")


@pytest.mark.parametrize("said", [{}, {"sub": ""}, {"sub": 7}, {"sub": None}, {"sub": "x" * 4001}])
def test_a_text_that_is_none_is_refused(said):
    with pytest.raises(WayFailed):
        text_of(said, "sub")


def test_the_parts_of_a_setting_are_read_as_they_were_encoded():
    found = Address.of("oidc://my%40client:s%2Fcr%3Aet@issuer.test/realms/city?name=City+pass")

    assert (found.client, found.secret) == ("my@client", "s/cr:et")
    assert (found.base(""), found.options) == (
        "https://issuer.test/realms/city", {"name": "City pass"},
    )  # fmt: skip
