"""The ways in which a list's documents arrive: from the client, through the gateway's door, from their own parties."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """One way; how often it is taken among the others, and whether any list may take it."""

    name: str
    weight: int
    for_odd_lists: bool = False
    """Also for lists whose documents differ or are missing."""


AT_ONCE = Way("all at once by the client", 8, for_odd_lists=True)
ONE_BY_ONE = Way("one by one by the client, in any order", 4, for_odd_lists=True)
DOOR = Way("as signed messages through the gateway's door, in any order", 6, for_odd_lists=True)
PARTIES = Way("payment and waybill from their own enterprises", 3)
WAYS = (AT_ONCE, ONE_BY_ONE, DOOR, PARTIES)
