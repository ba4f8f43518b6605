"""The operator's own rules as they were loaded; a list keeps the ones it was opened under (DESIGN law 1)."""

from models.rule_packs.packs import LIBRARY_ONLY, NEWEST, RulePacks, check_packs, newest, pack_of

__all__ = ["LIBRARY_ONLY", "NEWEST", "RulePacks", "check_packs", "newest", "pack_of"]
