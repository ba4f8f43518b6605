"""Judgements of an order of five lines in one process, beside the bare reading of its documents."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel
from rich.progress import Progress

from bench.ratios import Ratios, compare, machine, rate
from clearway.contracts.facts import IdentityOutcome, Judgement
from clearway.contracts.parties import Role
from clearway.rules.judgement import judge
from clearway.rules.matching import MatchingFacts, RegisteredParty
from clearway.testing import SampleSet, sample_set

AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
LINES = 5


def measure_judgements(rounds: int, judgements: int, progress: Progress) -> Ratios:
    """One list judged over and over, in turn with its four documents read from JSON over and over."""
    papers = five_lines()
    facts, bodies = _facts(papers), _bodies(papers)
    done = progress.add_task("rounds", total=rounds + 1)

    def judged() -> float:
        progress.advance(done)
        return rate(judgements, lambda: judge_once(papers, facts))

    def read() -> float:
        return rate(judgements, lambda: [kind.model_validate_json(body) for kind, body in bodies])

    row = compare(f"an order of {LINES} lines", rounds, judged, read)
    return Ratios(settings={"rounds": rounds, "judgements": judgements, **machine("pydantic")}, rows=[row])


def five_lines() -> SampleSet:
    """The sample order, its article ordered in five lines."""
    one = sample_set("BENCH-5", at=AT)
    return one.model_copy(
        update={
            "order": one.order.model_copy(update={"lines": _split(one.order.lines[0])}),
            "declaration_list": one.declaration_list.model_copy(
                update={"lines": _split(one.declaration_list.lines[0])}
            ),
        }
    )


def _split(line: Any) -> tuple[Any, ...]:
    """Five lines that add up to one; quantities stay, as five articles at a fifth of the price each."""
    price = line.total_price / LINES
    shares = {"price": price, "total_price": price}
    if hasattr(line, "qty1"):
        shares["qty1"] = line.qty1 / LINES
    numbers = range(1, LINES + 1)
    return tuple(line.model_copy(update={"gnum": gnum, "item_no": f"SKU-{gnum}", **shares}) for gnum in numbers)


def judge_once(papers: SampleSet, facts: MatchingFacts | None = None) -> Judgement:
    """The whole judgement: comparison, limits, tax."""
    return judge(
        papers.order,
        papers.payment,
        papers.waybill,
        papers.declaration_list,
        facts or _facts(papers),
        Decimal(0),
        profile="SEED",
    )


def _facts(papers: SampleSet) -> MatchingFacts:
    declared = papers.declaration_list
    codes = {papers.order.ebc_code, papers.order.ebp_code, papers.payment.pay_code, papers.waybill.logistics_code}
    codes |= {declared.agent_code, declared.area_code or declared.agent_code}
    return MatchingFacts(
        identity=IdentityOutcome.VERIFIED,
        now=declared.app_time,
        parties=tuple(RegisteredParty(code=code, roles=frozenset(Role)) for code in sorted(codes)),
    )


def _bodies(papers: SampleSet) -> list[tuple[type[BaseModel], str]]:
    documents = (papers.order, papers.payment, papers.waybill, papers.declaration_list)
    return [(type(document), document.model_dump_json()) for document in documents]
