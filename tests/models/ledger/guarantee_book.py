"""Plays the steps of guarantee.yaml on a database, and shows how everything stands after each."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from sqlmodel import col, select

from clearway.contracts.base import SHANGHAI
from clearway.contracts.facts import GuaranteeHold
from models.database import Database
from models.ledger import guarantee
from models.ledger.accounts import Balance, balance
from models.tables import GuaranteeWait, InboxItem

GUARANTOR = "3301960A01"
NOON = datetime(2026, 3, 10, 12, tzinfo=SHANGHAI)


def law_cases() -> list[Any]:
    """The cases as test parameters, named by their own words."""
    file = Path(__file__).with_name("guarantee.yaml")
    return [pytest.param(case, id=case["case"]) for case in yaml.safe_load(file.read_text("utf-8"))["cases"]]


class Standing(NamedTuple):
    """Everything that a step may change."""

    balance: Balance
    waiting: Sequence[str]
    told: Sequence[str]


class GuaranteeBook:
    """One guarantor's guarantee on a database."""

    def __init__(self, database: Database, guarantor: str = GUARANTOR) -> None:
        self.database = database
        self.guarantor = guarantor

    def put_up(self, total: str, valid_to: date) -> None:
        """The first guarantee."""
        self.top_up(total, "first", form="deposit", valid_to=valid_to)

    def ask(self, case: str, tax: str, *, at: datetime = NOON, again: int = 1) -> GuaranteeHold:
        """A list is judged, for the first time or `again`."""
        with self.database.transaction() as session:
            return guarantee.hold(
                session,
                guarantor=self.guarantor,
                amount=Decimal(tax),
                case=case,
                hold_id=f"{case}|{again}|guarantee",
                now=at,
                profile="SEED",
            )

    def top_up(self, amount: str, transfer_id: str, at: datetime = NOON, **more: Any) -> None:
        """The guarantor adds money."""
        with self.database.transaction() as session:
            guarantee.top_up(
                session, guarantor=self.guarantor, amount=Decimal(amount), transfer_id=transfer_id, at=at, **more
            )

    def play(self, step: dict[str, Any], number: int) -> GuaranteeHold | None:
        """One step of a law case."""
        at = datetime.fromisoformat(step["at"]) if "at" in step else NOON
        if "list" in step:
            return self.ask(step["list"], step["tax"], at=at, again=step.get("again", 1))
        if "top_up" in step:
            self.top_up(step["top_up"], f"top-up-{number}", at, form=step.get("form"), valid_to=step.get("valid_to"))
            return None
        with self.database.transaction() as session:
            match step:
                case {"release": case}:
                    guarantee.release(session, case, at, reason="test")
                case {"free_part": case}:
                    guarantee.free_part(session, case, Decimal(step["tax"]), at, transfer_id=f"part-{number}")
                case {"call": case}:
                    guarantee.call(session, case, at, transfer_id=f"call-{number}")
                case {"let_pass": case}:
                    guarantee.let_pass(session, case, at, actor="op-1", reason="test")
                case {"extend": valid_to}:
                    guarantee.extend(session, guarantor=self.guarantor, valid_to=valid_to, at=at)
                case _:
                    raise ValueError(f"no such step: {step}")
        return None

    def standing(self) -> Standing:
        """How everything stands now."""
        with self.database.transaction() as session:
            waiting = select(GuaranteeWait.workflow_id).where(GuaranteeWait.guarantor == self.guarantor)
            told = select(InboxItem.workflow_id).where(InboxItem.kind == "grant").order_by(col(InboxItem.id))
            return Standing(
                balance(session, guarantee.guarantee_account(self.guarantor).id),
                session.exec(waiting.order_by(col(GuaranteeWait.number))).all(),
                [case or "" for case in session.exec(told)],
            )
