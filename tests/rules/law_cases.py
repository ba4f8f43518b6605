"""Law cases in plain words: reads the YAML beside it, changes the sample papers as a case says, and runs the rule."""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from clearway.contracts.base import SHANGHAI
from clearway.contracts.case import EntrustmentLetter, PresenceConfirmation
from clearway.contracts.customs import Disposition, DispositionOrder, Finding
from clearway.contracts.documents import DeclarationList, Order, Payment, Waybill
from clearway.contracts.facts import Judgement, LimitDecision, TaxAssessment
from clearway.contracts.problems import Problem
from clearway.rules.changes import ChangeFacts, Standing, check_cancellation, check_kept_keys, check_modification
from clearway.rules.dispositions import check_disposition
from clearway.rules.documents import check_document
from clearway.rules.judgement import judge
from clearway.rules.licences import check_licences
from clearway.rules.limits import decide_limits
from clearway.rules.matching import MatchingFacts, compare
from clearway.rules.presence import check_presence
from clearway.rules.regions import check_region
from clearway.rules.remarks import check_quantities, check_remarks, quantity_remarks
from clearway.rules.tables import Zone
from clearway.rules.tax import assess_tax
from clearway.rules.zones import check_zone, zone_of

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "samples"
NO_USE = Decimal(0)
NOON = datetime(2026, 3, 10, 12, tzinfo=SHANGHAI)

type_of = {"order": Order, "payment": Payment, "waybill": Waybill, "declaration_list": DeclarationList}


class SamplePapers(NamedTuple):
    """Four documents that belong together."""

    order: Order
    payment: Payment
    waybill: Waybill
    declaration_list: DeclarationList


@cache
def law(file: str) -> dict[str, Any]:
    """The content of one YAML file of law cases."""
    content: dict[str, Any] = yaml.safe_load((HERE / file).read_text(encoding="utf-8"))
    return content


def cases(file: str) -> list[Any]:
    """The file's cases as test parameters, named by their own words."""
    return [pytest.param(case, id=case["case"]) for case in law(file)["cases"]]


@cache
def _sample(kind: str) -> str:
    return (SAMPLES / f"{kind}.json").read_text(encoding="utf-8")


def papers(changes: dict[str, Any] | None = None) -> SamplePapers:
    """The sample papers with some fields changed, each named by its pointer."""
    content: dict[str, Any] = {kind: yaml.safe_load(_sample(kind)) for kind in type_of}
    for pointer, value in (changes or {}).items():
        _change(content, pointer, value)
    return SamplePapers(
        Order.model_validate(content["order"]),
        Payment.model_validate(content["payment"]),
        Waybill.model_validate(content["waybill"]),
        DeclarationList.model_validate(content["declaration_list"]),
    )


def _change(content: Any, pointer: str, value: Any) -> None:
    *path, last = [int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", pointer)]
    for step in path:
        content = content[step]
    if isinstance(content, list) and last == len(content):
        content.append(value)
    else:
        content[last] = value


def matching_facts(**changes: Any) -> MatchingFacts:
    """The facts of an undisturbed comparison of the sample papers, with some changed."""
    return MatchingFacts.model_validate(law("matching.yaml")["facts"] | changes)


def compare_case(case: dict[str, Any]) -> tuple[Problem, ...]:
    """Compare the papers of a case."""
    return compare(*papers(case.get("given")), matching_facts(**case.get("facts", {})))


def check_case(case: dict[str, Any]) -> tuple[Problem, ...]:
    """Check the one document of a case by itself."""
    return check_document(getattr(papers(case.get("given")), case["document"]))


def judge_case(case: dict[str, Any]) -> Judgement:
    """Judge the papers of a case."""
    facts, used = matching_facts(**case.get("facts", {})), Decimal(case.get("used", "0"))
    return judge(*papers(case.get("given")), facts, used, profile=case.get("profile", "SEED"))


def change_case(case: dict[str, Any]) -> tuple[Problem, ...]:
    """Ask for the modification or cancellation of a case, at noon of 2026-03-10 unless it says otherwise."""
    known = {
        "pre_no": "B20260310000000001",
        "invt_no": "29912026I000000001",
        "cancellation_before": "2026-04-10T00:00:00+08:00",
        "now": case.get("now", NOON),
        "standing": Standing[case["standing"]],
    }
    facts = ChangeFacts.model_validate(known | case.get("facts", {}))
    return check_modification(facts) if case["ask"] == "modify" else check_cancellation(facts)


def key_case(case: dict[str, Any]) -> tuple[Problem, ...]:
    """Check that the modification of a case keeps what names the list."""
    return check_kept_keys(papers().declaration_list, papers(case["changes"]).declaration_list)


def goods_list(case: dict[str, Any]) -> DeclarationList:
    """The sample list with the lines, freight, insurance and acceptance day of a case."""
    sample = papers().declaration_list
    first = sample.lines[0].model_dump(exclude={"qty2", "unit2"})
    lines = [
        first
        | {
            "gnum": number,
            "hs_code": "1905310000",
            "qty": "1",
            "qty1": "1",
            "unit1": "035",
            "price": line["total_price"],
        }
        | line
        for number, line in enumerate(case["lines"], start=1)
    ]
    head = {"freight": case.get("freight", "0"), "insured_fee": case.get("insurance", "0"), "declared_on": case["day"]}
    return DeclarationList.model_validate(sample.model_dump() | head | {"lines": lines})


def limits_case(case: dict[str, Any]) -> LimitDecision:
    """Decide the limits for the goods of a case."""
    return decide_limits(goods_list(case), Decimal(case.get("used", "0")), profile=case.get("profile", "SEED"))


def tax_case(case: dict[str, Any]) -> TaxAssessment:
    """Assess the goods of a case after deciding their limits."""
    return assess_tax(goods_list(case), limits_case(case), profile=case.get("profile", "SEED"))


def region_case(case: dict[str, Any]) -> tuple[Problem, ...]:
    """Check the city and mode of a case."""
    return check_region(case["city"], case["mode"], case["day"], profile=case.get("profile", "SEED"))


def licence_case(case: dict[str, Any]) -> tuple[Problem, ...]:
    """Check the licences of one line of goods, under the mode and from the country of a case."""
    goods = {"total_price": "100.00", "hs_code": case["hs_code"], "country": case.get("origin", "133")}
    head = {"trade_mode": case["mode"], "ie_flag": case.get("direction", "I"), "license_no": case.get("licence")}
    declared = goods_list({"day": case["day"], "lines": [goods]}).model_copy(update=head)
    return check_licences(declared, profile=case.get("profile", "SEED"))


def remarked_list(case: dict[str, Any]) -> DeclarationList:
    """The list with the lines, acceptance day and mode of a case."""
    lines = [{"total_price": "10.00"} | line for line in case["lines"]]
    return goods_list(case | {"lines": lines}).model_copy(update={"trade_mode": case.get("mode", "1210")})


def remark_case(case: dict[str, Any]) -> tuple[Problem, ...]:
    """Check the remarks on the lines of a case, and their quantities beside what was used before."""
    declared, profile = remarked_list(case), case.get("profile", "SEED")
    used = {group: Decimal(quantity) for group, quantity in case.get("used", {}).items()}
    return check_remarks(declared, profile=profile) + check_quantities(
        quantity_remarks(declared, profile=profile), used
    )


def zone_case(case: dict[str, Any]) -> tuple[Problem, ...]:
    """Check the list of a case against its zone, or the type of zone named, and the entries named."""
    declared, profile = papers(case.get("given")).declaration_list, case.get("profile", "SEED")
    zone = (
        Zone(name="示例区域", type=case["zone"], city="330100")
        if "zone" in case
        else zone_of(declared, profile=profile)
    )
    return check_zone(declared, zone, case.get("entered", {}), profile=profile)


def disposition_case(case: dict[str, Any]) -> tuple[Problem, ...]:
    """Compare customs' decision of a case with what usually follows its finding."""
    order = DispositionOrder(
        decision_id="D-1", disposition=Disposition(case["decided"]), at=case.get("at", NOON), officer="2991"
    )
    finding = Finding(case["found"]) if case["found"] else None
    return check_disposition(order, finding, case["mode"], profile=case.get("profile", "SEED"))


def presence_case(case: dict[str, Any]) -> tuple[Problem, ...]:
    """Confirm the presence of a case at the inspection of a list of EBC01, declared by AGENT01."""
    march = {"valid_from": "2026-03-01T00:00:00+08:00", "valid_before": "2026-04-01T00:00:00+08:00"}
    letter = {"number": "WT-1", "principal": "EBC01", "agent": "TP01"} | march
    confirmation = PresenceConfirmation(
        instruction_id="CI-1",
        actor=case["actor"],
        attendant="张三丰",
        letter=EntrustmentLetter.model_validate(letter | case["letter"]) if "letter" in case else None,
    )
    return check_presence(confirmation, {"EBC01", "AGENT01"}, case.get("at", NOON))


def told(problems: tuple[Problem, ...]) -> list[str]:
    """Problems as the cases write them: `M05 hard`."""
    return [f"{found.code} {found.severity}" for found in problems]


def day(text: str | date) -> date:
    """A day as YAML gives it, bare or quoted."""
    return text if isinstance(text, date) else date.fromisoformat(text)
