"""Comparison of order, payment, waybill and Declaration List: M01 to M18 and the orderer's identity (RULEBOOK B.2)."""

from clearway.rules.matching.comparison import RULES, compare
from clearway.rules.matching.facts import MatchingFacts, PaymentUse, RegisteredParty, WaybillUse

__all__ = ["RULES", "MatchingFacts", "PaymentUse", "RegisteredParty", "WaybillUse", "compare"]
