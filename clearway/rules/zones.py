"""Bonded goods and their zone: supervision mode of the entry, transport mode of the second line (RULEBOOK B.6, C.2)."""

from collections.abc import Mapping

from clearway.contracts.documents import DeclarationList
from clearway.rules.catalogue import Problems, at, at_line, problem
from clearway.rules.parameters import parameters
from clearway.rules.tables import Zone, ZoneType


def zone_of(declared: DeclarationList, *, profile: str) -> Zone | None:
    """The zone that the list's customs office supervises, or None where the table does not know it or several."""
    found = parameters().row_if_any(Zone, declared.customs_code, on=declared.declared_on, profile=profile)
    return found.value if found else None


def check_zone(
    declared: DeclarationList, zone: Zone | None, entry_modes: Mapping[str, str], *, profile: str
) -> Problems:
    """E_MODE_MISMATCH and E_TRAF_MODE of a bonded list; nothing for direct purchase.

    `entry_modes` is the supervision mode of the first-line entry by item record number. What is not known is not
    judged: without a zone the transport mode, without an entry the mode of that line.
    """
    mode = parameters().trade_mode(declared.trade_mode, on=declared.declared_on, profile=profile)
    if mode is None or not mode.value.bonded:
        return ()
    return _check_entry(declared, entry_modes) + (_check_second_line(declared, zone, profile) if zone else ())


def _check_entry(declared: DeclarationList, entry_modes: Mapping[str, str]) -> Problems:
    found: Problems = ()
    for index, line in enumerate(declared.lines):
        entered = entry_modes.get(line.item_record_no or "", declared.trade_mode)
        if entered != declared.trade_mode:
            parts = (at_line(declared, index, "item_record_no"), at(declared, "trade_mode"))
            found += (problem("E_MODE_MISMATCH", *parts, entered=entered),)
    return found


def _check_second_line(declared: DeclarationList, zone: Zone, profile: str) -> Problems:
    kind = parameters().row_if_any(ZoneType, zone.type, on=declared.declared_on, profile=profile)
    if kind is None or kind.value.transport_mode == declared.traf_mode:
        return ()
    return (
        problem(
            "E_TRAF_MODE.zone",
            at(declared, "trade_mode"),
            at(declared, "traf_mode"),
            zone=zone.name,
            type_en=kind.value.name_en,
            type_zh=kind.value.name_zh,
            permitted=kind.value.transport_mode,
        ),
    )
