"""The register of returns: what of one list came back or is on its way, and what that leaves of its tax (B.8)."""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Self

from sqlmodel import Session, col, select

from clearway.contracts.documents import DeclarationList, DocumentKind
from clearway.contracts.facts import Judgement, LimitDecision, TaxAssessment
from clearway.contracts.goods_return import ReturnSettlement, ReturnState
from clearway.rules.parameters import Parameters, rules_in_force
from clearway.rules.retained import Retained, retain
from models.documents import latest, parse
from models.return_quantities import Quantities, less, together
from models.tables import CaseRecord, GoodsReturnRecord

OPEN = ReturnState.APPLIED.value
"""State of a return in the register until it ends; how far it is, its workflow tells."""


def read(text: str) -> dict[int, Decimal]:
    """Quantities as the register keeps them."""
    return {int(gnum): Decimal(quantity) for gnum, quantity in json.loads(text).items()}


def written(each: Quantities) -> str:
    """Quantities for the register."""
    return json.dumps({str(gnum): f"{quantity:f}" for gnum, quantity in sorted(each.items())})


def settlements(row: GoodsReturnRecord) -> dict[int, ReturnSettlement]:
    """What each check of a return changed, by its step."""
    return {int(step): ReturnSettlement.model_validate(each) for step, each in json.loads(row.settled).items()}


def keep_settlement(row: GoodsReturnRecord, step: int, settlement: ReturnSettlement) -> None:
    """Note what a check changed, so that it is never done twice."""
    kept = settlements(row) | {step: settlement}
    row.settled = json.dumps({str(number): each.model_dump(mode="json") for number, each in kept.items()})


class ListReturns:
    """All returns of one released list, read in a transaction that keeps the list's record to itself."""

    def __init__(
        self,
        declared: DeclarationList,
        limits: LimitDecision,
        assessed: TaxAssessment,
        rows: Iterable[GoodsReturnRecord],
        rules: Parameters,
        profile: str,
    ) -> None:
        self.declared = declared
        self.assessed = assessed
        self.rows = list(rows)
        self._limits = limits
        self._rules = rules
        self._profile = profile

    @classmethod
    def of(cls, session: Session, record: CaseRecord, rules: Parameters, profile: str) -> Self | None:
        """The returns of a list; None for a list that was never judged, so never released."""
        judged = Judgement.model_validate_json(record.judgement) if record.judgement else None
        stored = latest(session, record.workflow_id).get(DocumentKind.DECLARATION_LIST)
        declared = parse(stored) if stored else None
        if judged is None or judged.limits is None or judged.tax is None or not isinstance(declared, DeclarationList):
            return None
        rows = select(GoodsReturnRecord).where(GoodsReturnRecord.case_id == record.workflow_id)
        found = session.exec(rows.order_by(col(GoodsReturnRecord.number)))
        return cls(declared, judged.limits, judged.tax, found, rules, profile)

    @property
    def confirmed(self) -> Quantities:
        """What came back and has its relief."""
        return together(*(read(row.confirmed) for row in self.rows))

    @property
    def under_way(self) -> Quantities:
        """What open returns may still bring back."""
        return together(
            *(
                less(read(row.lines), read(row.confirmed), read(row.rejected))
                for row in self.rows
                if row.ended_at is None
            )
        )

    @property
    def returnable(self) -> Quantities:
        """What another return may still name: what was released, less all that is back or in an open return."""
        taken = (read(row.confirmed if row.ended_at else row.lines) for row in self.rows)
        return less({line.gnum: line.qty for line in self.declared.lines}, *taken)

    def standing(self) -> Retained:
        """The list without the goods that are back, by the rules it was accepted under."""
        return self._retained(self.confirmed)

    @property
    def held(self) -> Decimal:
        """CNY of tax that would not be levied if every open return came to its good end."""
        return self.standing().due - self._retained(together(self.confirmed, self.under_way)).due

    def _retained(self, returned: Quantities) -> Retained:
        with rules_in_force(self._rules):
            return retain(self.declared, self._limits, self.assessed, returned, profile=self._profile)
