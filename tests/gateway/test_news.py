"""News that an earlier release kept is known when it is repeated; what it is, is told by its one part."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from clearway.contracts.articles import CustomsArticlesDecision
from clearway.contracts.collection import CollectNow, DueAlarm
from clearway.contracts.customs import (
    ControlInstruction,
    ControlTarget,
    CustomsHold,
    CustomsReceipt,
    DispositionOrder,
    Draw,
    Finding,
    InspectionResult,
    TaxBillNotice,
)
from clearway.contracts.documents import DocumentKind
from gateway.news import Kind, News, news_from

ISSUED = datetime(2026, 3, 10, 1, tzinfo=UTC)
CONTROL = ControlInstruction(instruction_id="K-1", issued_at=ISSUED, issuer="2991")
RESULT = InspectionResult(instruction_id="K-1", outcome="NORMAL", recorded_at=ISSUED, officer="2991")
CONTROL_KEPT_BY_0_1 = (
    '{"receipt":null,"bill":null,"control":{"instruction_id":"K-1","method":"MANUAL_FULL","sample_ratio":null,'
    '"reason_code":"","presence_required":true,"issued_at":"2026-03-10T09:00:00+08:00","issuer":"2991","due_by":null},'
    '"result":null,"submission":null}'
)
RESULT_KEPT_BY_0_1 = (
    '{"receipt":null,"bill":null,"control":null,"result":{"instruction_id":"K-1","outcome":"NORMAL","finding":"",'
    '"recorded_at":"2026-03-10T09:00:00+08:00","officer":"2991"},"submission":null}'
)
ARTICLES_KEPT_BY_0_2 = '{"receipt":null,"bill":null,"control":null,"result":null,"submission":null,"articles":%s}'


def kept(kind: str, content: str) -> str:
    return hashlib.sha256(f"{kind}\ncase|E|1\n{content}".encode()).hexdigest()


def news(**part: Any) -> News:
    return News(addresses=("case|E|1",), **part)


def test_a_control_instruction_kept_by_0_1_is_known_again() -> None:
    assert news(control=CONTROL).dedupe_key == kept("control", CONTROL_KEPT_BY_0_1)


def test_an_inspection_result_kept_by_0_1_is_known_again() -> None:
    assert news(result=RESULT).dedupe_key == kept("result", RESULT_KEPT_BY_0_1)


def test_a_decision_on_articles_kept_by_0_2_is_known_again() -> None:
    decision = CustomsArticlesDecision(decision_id="D-1", decision="REVIEWED", at=ISSUED, officer="2991")
    content = ARTICLES_KEPT_BY_0_2 % decision.model_dump_json()
    assert news(articles=decision).dedupe_key == kept("articles", content)


def test_a_lists_receipt_kept_by_0_1_is_known_again() -> None:
    receipt = CustomsReceipt(about=DocumentKind.DECLARATION_LIST, status="800", at=ISSUED, info="放行")
    content = "declaration_list|800|2026-03-10T09:00:00+08:00|放行"
    assert news(receipt=receipt).dedupe_key == kept("receipt", content)


def test_what_came_later_is_part_of_the_key_where_it_says_something() -> None:
    drawn = Draw(seed="s", population=2, population_sha256="0", selected=1, place=1)
    said: list[dict[str, BaseModel]] = [
        {"control": CONTROL},
        {"control": CONTROL.model_copy(update={"target": ControlTarget.VEHICLE})},
        {"control": CONTROL.model_copy(update={"target_no": "浙A12345"})},
        {"control": CONTROL.model_copy(update={"draw": drawn})},
        {"control": CONTROL.model_copy(update={"draw": drawn.model_copy(update={"seed": "t"})})},
        {"result": RESULT},
        {"result": RESULT.model_copy(update={"kind": Finding.SMUGGLING})},
        {"hold": CustomsHold(hold_id="H", at=ISSUED)},
        {"hold": CustomsHold(hold_id="H", at=ISSUED, lifted=True)},
    ]
    assert len({news(**part).dedupe_key for part in said}) == len(said)


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ({"control": CONTROL}, Kind.CONTROL),
        ({"bill": TaxBillNotice(bill_no="B", invt_no="I", status="1", at=ISSUED)}, Kind.BILL),
        (
            {"disposition": DispositionOrder(decision_id="D", disposition="DESTROY", at=ISSUED, officer="2991")},
            Kind.DISPOSITION,
        ),
        ({"hold": CustomsHold(hold_id="H", at=ISSUED)}, Kind.HOLD),
        ({"due_alarm": DueAlarm(alarm="DAY_40", at=ISSUED)}, Kind.DUE_ALARM),
        ({"collect": CollectNow(at=ISSUED)}, Kind.COLLECT),
    ],
)
def test_news_says_what_it_is_and_when_it_happened_and_comes_back_as_it_was_kept(
    part: dict[str, Any], kind: Kind
) -> None:
    told = news(**part)
    assert (told.kind, told.at) == (kind, ISSUED)
    assert news_from(told.model_dump_json(exclude_none=True)) == told


@pytest.mark.parametrize("parts", [{}, {"control": CONTROL, "result": RESULT}])
def test_news_is_one_thing(parts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="news is exactly one of"):
        news(**parts)
