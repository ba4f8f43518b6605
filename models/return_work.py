"""What the workflow of a return, and its list's, ask of the return desk, and what it answers (RULEBOOK B.8)."""

from pydantic import Field

from clearway.contracts.base import Amount, Contract, Instant
from clearway.contracts.goods_return import ReturnLine, ReturnState
from clearway.contracts.keys import ReturnKey


class OpenReturn(Contract):
    """A return that its list lets begin."""

    key: ReturnKey
    lines: tuple[ReturnLine, ...] = Field(min_length=1)
    actor: str
    reason: str
    now: Instant
    profile: str


class FileReturn(Contract):
    """The application to be handed to customs."""

    key: ReturnKey
    lines: tuple[ReturnLine, ...]
    reason: str
    applied_at: Instant
    pre_no: str | None = None
    invt_no: str | None = None
    now: Instant
    profile: str


class SettleGoods(Contract):
    """Goods that were checked; the original ones get their relief, others do not."""

    key: ReturnKey
    step: int = Field(ge=1, description="Which check of this return; the same again changes nothing")
    lines: tuple[ReturnLine, ...]
    original: bool = True
    now: Instant
    profile: str


class CloseReturn(Contract):
    """The end of a return."""

    key: ReturnKey
    state: ReturnState
    why: str
    accepted_at: Instant | None = None
    now: Instant
    profile: str


class ReturnClosing(Contract):
    """What a return left behind, by the register; amounts in CNY, of the whole list at this moment."""

    confirmed: tuple[ReturnLine, ...] = ()
    tax_due: Amount | None = Field(None, description="None while no goods of the list were ever confirmed")
    refund: Amount
