"""Jackrabbit Class: which classes of a swim school (or gym, or studio) have open spots.

    openings = Openings(client, base_url, clock)            # one per process: it holds the cache
    listing = await openings.of(tenant, org_id)             # Listing(openings, fetched_at, stale)
    found = matching(listing.openings, Filter.of(age=4, day="Saturday"))
    [opening.trimmed() for opening in found]; say(found)

The endpoint is public and undocumented (`OpeningsJson`, the data behind Jackrabbit's website widget), so it is read
leniently, asked rarely, and its last good answer outlives its failures.
"""

from shared.integrations.jackrabbit.client import Answer, Jackrabbit, JackrabbitUnavailable
from shared.integrations.jackrabbit.filters import Filter, matching
from shared.integrations.jackrabbit.opening import DAYS, Opening, Trimmed
from shared.integrations.jackrabbit.openings import Listing, Openings
from shared.integrations.jackrabbit.speech import describe, say

__all__ = [
    "DAYS",
    "Answer",
    "Filter",
    "Jackrabbit",
    "JackrabbitUnavailable",
    "Listing",
    "Opening",
    "Openings",
    "Trimmed",
    "describe",
    "matching",
    "say",
]
