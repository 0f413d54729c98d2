"""Values of a column as bits of a number, in SQL, so that a list is counted in one pass."""

from collections.abc import Iterable, Mapping


def bit_of(column: str, bits: Mapping[str, int]) -> str:
    """The bit of the value that a column has; none for an unknown one."""
    cases = " ".join(f"WHEN '{value}' THEN {1 << bit}" for value, bit in bits.items())
    return f"(CASE {column} {cases} ELSE 0 END)::bigint"


def bits_of(column: str, bits: Mapping[str, int]) -> Iterable[str]:
    """The bits of the values that a column of several holds, one term for each."""
    return (
        f"(CASE WHEN '{value}' = ANY({column}) THEN {1 << bit} ELSE 0 END)::bigint"
        for value, bit in bits.items()
    )
