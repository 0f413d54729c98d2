"""Everything that can be asked of organizations. Nothing here writes."""

from .agreements import agreement_figures, agreements, count_agreements, find_agreement
from .committees import committees_of, find_committee, overdue_committees
from .kin import coverage, kin, offices
from .register import (
    all_organizations,
    all_venues,
    count_at,
    count_organizations,
    count_sites_at,
    find_organization,
    find_registered,
    find_venue,
    ids_by_key,
    organizations,
    register,
    room_ids,
    seated_in,
    venues_of,
)
from .standing import (
    accredited,
    may_publish,
    standing,
    suspended,
    suspended_organizations,
    to_accredit,
)
from .whereabouts import astray, candidates, count_astray, count_covered_at, located

__all__ = [
    "accredited",
    "agreement_figures",
    "agreements",
    "all_organizations",
    "all_venues",
    "astray",
    "candidates",
    "committees_of",
    "count_agreements",
    "count_astray",
    "count_at",
    "count_covered_at",
    "count_organizations",
    "count_sites_at",
    "coverage",
    "find_agreement",
    "find_committee",
    "find_organization",
    "find_registered",
    "find_venue",
    "ids_by_key",
    "kin",
    "located",
    "may_publish",
    "offices",
    "organizations",
    "overdue_committees",
    "register",
    "room_ids",
    "seated_in",
    "standing",
    "suspended",
    "suspended_organizations",
    "to_accredit",
    "venues_of",
]
