"""The command line helps the last operator who lost their second factor."""

import io

import pytest
from rich.console import Console

from learncity.apps.security import queries
from learncity.config import lost_factors

from .test_factors import account, with_app


@pytest.mark.django_db
def test_the_command_takes_factors_away_and_says_when_there_is_nobody():
    mine, said = account(), io.StringIO()
    with_app(mine.pk)

    codes = [
        lost_factors.forget(address, Console(file=said, width=200))
        for address in ("nonsense", "+8615499999999", mine.phone)
    ]

    assert codes == [1, 1, 0]
    assert said.getvalue().count("Nothing was changed.") == 2
    assert queries.factors(mine.pk) == queries.Factors()
