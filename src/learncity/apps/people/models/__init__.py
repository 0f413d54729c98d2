"""Tables of people. Private: other rooms go through queries and services."""

from .identifiers import Identifier, PersonKey
from .lists import Listed, PeopleList, Resemblance
from .merging import MergeProposal
from .persons import (
    NO_PASSWORD,
    Account,
    Group,
    Membership,
    Merge,
    Person,
    Residence,
    SeenInPerson,
    Token,
    Words,
)

__all__ = [
    "NO_PASSWORD",
    "Account",
    "Group",
    "Identifier",
    "Listed",
    "Membership",
    "Merge",
    "MergeProposal",
    "PeopleList",
    "Person",
    "PersonKey",
    "Resemblance",
    "Residence",
    "SeenInPerson",
    "Token",
    "Words",
]
