"""What the steps of the naive list are told: typed, as the tutorials advise."""

from datetime import datetime

from pydantic import BaseModel

from clearway.contracts.case import CaseKey, Transmission
from clearway.contracts.facts import (
    GuaranteeHold,
    IdentityOutcome,
    LegalClocks,
    LimitDecision,
    QuotaHold,
    TaxAssessment,
)
from clearway.contracts.problems import Problem


class HandedIn(BaseModel):
    """The four documents, which begin a list."""

    key: CaseKey
    profile: str
    transmissions: tuple[Transmission, ...]


class Step(BaseModel):
    """What every step is told."""

    key: CaseKey
    profile: str
    now: datetime


class Arrival(Step):
    """One document that came."""

    transmission: Transmission


class Holding(Step):
    """What is to be reserved."""

    limits: LimitDecision
    tax: TaxAssessment


class Judged(Step):
    """Everything that the steps before found, to be kept."""

    problems: tuple[Problem, ...]
    identity: IdentityOutcome
    limits: LimitDecision
    tax: TaxAssessment
    quota: QuotaHold
    guarantee: GuaranteeHold


class Released(Step):
    """The release."""

    released_at: datetime


class Owed(Released):
    """What is due when."""

    clocks: LegalClocks
