"""What a partial return leaves: the tax of the retained goods, and what goes back to the year (RULEBOOK B.8, D-12)."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from pydantic import Field

from clearway.contracts.base import Amount, Contract
from clearway.contracts.documents import DeclarationLine, DeclarationList
from clearway.contracts.facts import LimitDecision, TaxAssessment
from clearway.rules.limits import taxable_price
from clearway.rules.tax import assess_tax
from clearway.rules.workings import FEN

QUANTUM = Decimal("0.00001")


class Retained(Contract):
    """A released list after some of its goods came back; amounts in CNY."""

    tax: TaxAssessment | None = Field(None, description="Tax of the retained goods; None where everything came back")
    due: Amount = Field(description="What is to be paid; never more than before the return")
    reversal: Amount = Field(description="What is not levied: the tax before minus what is due")
    restored: Amount = Field(description="What goes back to the person's annual amount")
    explanation: str = Field("", description="The arithmetic, for a clerk to check by hand")


def retain(
    declared: DeclarationList,
    decision: LimitDecision,
    before: TaxAssessment,
    returned: Mapping[int, Decimal],
    *,
    profile: str,
) -> Retained:
    """Assess what is left of a list by the rules and treatment of its acceptance; `returned` is all so far, by gnum.

    Freight and insurance stay with the retained goods, and go back only with the last of them (D-12). Raises
    ValueError for a line that the list does not have, or for more than it has of one.
    """
    lines = tuple(filter(None, (_left(line, returned) for line in declared.lines)))
    unknown = returned.keys() - {line.gnum for line in declared.lines}
    if unknown:
        raise ValueError(f"the list has no line {', '.join(map(str, sorted(unknown)))}")
    if not lines:
        whole = taxable_price(declared)
        told = f"全部退货 everything is back: due 0, restored {whole}"
        return Retained(due=Decimal(0), reversal=before.total, restored=whole, explanation=told)
    tax = assess_tax(declared.model_copy(update={"lines": lines}), decision, profile=profile)
    due = min(tax.total, before.total)
    restored = sum((line.total_price for line in declared.lines), Decimal(0)) - sum(
        (line.total_price for line in lines), Decimal(0)
    )
    told = (
        f"留存商品税款 tax of the retained goods {tax.total}; 退货冲减 reversal {before.total} − {due} = "
        f"{before.total - due}; 恢复年度额度 restored {restored}"
    )
    return Retained(tax=tax, due=due, reversal=before.total - due, restored=restored, explanation=told)


def _left(line: DeclarationLine, returned: Mapping[int, Decimal]) -> DeclarationLine | None:
    """The line with what is retained of it; None where all of it came back."""
    back = returned.get(line.gnum, Decimal(0))
    if not 0 <= back <= line.qty:
        raise ValueError(f"line {line.gnum}: {back:f} returned of {line.qty:f}")
    left = line.qty - back
    if not left:
        return None

    def share(quantity: Decimal, smallest: Decimal) -> Decimal:
        return (quantity * left / line.qty).quantize(smallest, ROUND_HALF_UP)

    return line.model_copy(
        update={
            "qty": left,
            "total_price": share(line.total_price, FEN),
            "qty1": share(line.qty1, QUANTUM),
            "qty2": None if line.qty2 is None else share(line.qty2, QUANTUM),
        }
    )
