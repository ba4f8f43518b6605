"""Whether a list's goods may come in this way at all: zone and region, licences, yearly quantities."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from clearway.contracts.documents import DeclarationList
from clearway.rules.catalogue import Problems, at, problem
from clearway.rules.licences import check_licences
from clearway.rules.parameters import NoRuleInForce
from clearway.rules.regions import check_region
from clearway.rules.remarks import check_quantities, quantity_remarks
from clearway.rules.zones import check_zone, zone_of


def check_admission(
    declared: DeclarationList,
    *,
    profile: str,
    entry_modes: Mapping[str, str] | None = None,
    quantities: Mapping[str, Decimal] | None = None,
) -> Problems:
    """Every such problem of a list, by the rules of its acceptance day; a rule with no value then is one, too.

    `entry_modes` are the supervision modes of the first-line entry by item record number, `quantities` what the
    orderer has bought in that year of each remark group, in kilograms; what is not given is not counted.
    """
    checks: tuple[Callable[[], Problems], ...] = (
        lambda: _check_place(declared, entry_modes or {}, profile),
        lambda: check_licences(declared, profile=profile),
        lambda: check_quantities(quantity_remarks(declared, profile=profile), quantities or {}),
    )
    found: Problems = ()
    for check in checks:
        try:
            found += check()
        except NoRuleInForce as gap:
            found += (problem("E_NO_RULE", at(declared, "declared_on"), rules=gap.rule),)
    return found


def _check_place(declared: DeclarationList, entry_modes: Mapping[str, str], profile: str) -> Problems:
    zone = zone_of(declared, profile=profile)
    found = check_zone(declared, zone, entry_modes, profile=profile)
    if zone is None:
        return found
    where = at(declared, "customs_code")
    return found + check_region(zone.city, declared.trade_mode, declared.declared_on, where=where, profile=profile)
