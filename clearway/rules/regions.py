"""Where bonded import may take place: the cities and regions open to a supervision mode (RULEBOOK B.17)."""

from datetime import date

from clearway.rules.catalogue import Found, Problems, problem
from clearway.rules.parameters import parameters
from clearway.rules.tables import EligibleRegion, Region


def is_open(region: Region, rule: EligibleRegion) -> bool:
    """Whether a region meets a rule: it is listed, or it hosts at least one of the kinds of places."""
    return region.listed if rule.listed else not set(rule.hosting).isdisjoint(region.hosts)


def check_region(
    city_code: str, trade_mode: str, on: date, *, where: Found | None = None, profile: str = "SEED"
) -> Problems:
    """E_REGION if goods may not be entered or declared under that mode in that city on a Shanghai day.

    Asked at the first-line entry and when a list is filed; `where` is the field that tells the place. Mode 1239 is
    open everywhere, direct purchase has no zone. A city that the table does not know is not judged, nor is a day
    before the first list of cities. That local customs has confirmed the conditions on the spot is not asked here.
    """
    rules = parameters()
    rule = rules.row_if_any(EligibleRegion, trade_mode, on=on, profile=profile)
    region = rules.row_if_any(Region, city_code, on=on, profile=profile)
    if rule is None or region is None or is_open(region.value, rule.value):
        return ()
    key = "E_REGION.listed" if rule.value.listed else "E_REGION.hosting"
    place = where or Found("region", "city_code", city_code)
    return (problem(key, place, city=region.value.name, city_code=city_code, mode=trade_mode, day=on),)
