"""`clearway reasons`, and the reasons that `clearway show` tells of what customs refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from clearway.contracts.documents import DocumentKind
from clearway.messages.reasons import every_meaning, reasons_of
from tests.cli.conftest import Command, written
from tests.desk import Desk
from tests.returns_desk import ReturnsCounter, lines

Invoke = Callable[..., Result]


def reasons(done: Result) -> list[dict[str, Any]]:
    assert done.exit_code == 0, done.output
    found: list[dict[str, Any]] = json.loads(done.stdout)["reasons"]
    return found


def test_a_code_is_explained_whole(invoke: Invoke) -> None:
    (told,) = reasons(invoke("reasons", "-301002", "--type", "CEB312", "--json"))
    assert told["cause_zh"] == "订单商品信息内有重复商品序号。"
    assert (told["owner"], told["again"], told["known"]) == ("EBC", "CORRECTED", True)
    assert told["pointers"] == [{"element": "Order/OrderList/gnum", "field": "order.lines[].gnum"}]
    out = invoke("reasons", "-301002", "--type", "CEB312", "--lang", "en").stdout
    for part in ("same item number", "e-commerce enterprise", "corrected", "order.lines[].gnum", "table 7-2"):
        assert part in out


def test_a_code_of_two_meanings_is_told_twice_and_its_text_decides(invoke: Invoke) -> None:
    assert len(reasons(invoke("reasons", "-621027", "--json"))) == 2
    (told,) = reasons(invoke("reasons", "-621027", "--text", "请确认表体gnum无重复！", "--json"))
    assert "same item number" in told["cause_en"]


def test_a_code_is_read_with_its_message(invoke: Invoke) -> None:
    (export,) = reasons(invoke("reasons", "-504012", "--type", "CEB506Message", "--json"))
    (waybill,) = reasons(invoke("reasons", "-504012", "--type", "waybill", "--json"))
    assert (export["kind"], waybill["kind"]) == ("RANGE", "ERROR")
    assert {each["message_types"][0] for each in reasons(invoke("reasons", "-504012", "--json"))} == {
        "CEB506",
        "CEB512",
    }


@pytest.mark.parametrize(
    ("code", "kind"), [("1313", "INNER"), ("1004", "EXCHANGE"), ("4", "STATUS"), ("4711", "EXCHANGE")]
)
def test_codes_of_every_kind_are_explained(invoke: Invoke, code: str, kind: str) -> None:
    assert kind in {each["kind"] for each in reasons(invoke("reasons", code, "--json"))}


def test_the_whole_catalogue_and_that_of_one_message_are_listed(invoke: Invoke) -> None:
    assert len(reasons(invoke("reasons", "--json"))) == len(every_meaning())
    codes = {each["code"] for each in reasons(invoke("reasons", "--type", "CEB412", "--json"))}
    assert "-401007" in codes
    assert "-301010" not in codes


def test_an_unknown_code_is_refused_with_the_nearest(invoke: Invoke) -> None:
    done = invoke("reasons", "-621099", "--json")
    assert done.exit_code == 1
    (problem,) = json.loads(done.stdout)["error"]["problems"]
    assert problem["code"] == "E_UNKNOWN_REASON"
    assert "-621029" in problem["remedy_en"]


def test_an_unknown_message_type_is_bad_usage(invoke: Invoke) -> None:
    assert invoke("reasons", "-621027", "--type", "CEB999").exit_code == 2


async def test_show_tells_why_customs_refused_and_what_to_do(clearway: Command, desk: Desk, tmp_path: Path) -> None:
    sample = desk.sample()
    await clearway("declare", *written(sample, tmp_path))
    await desk.until(sample.key, lambda view: len(view.filings) == 1)
    await desk.receipts(sample.key, "-401009", about=(DocumentKind.PAYMENT,), info="参数校验不通过")
    case = f"{sample.key.ebc_code}/{sample.key.order_no}"
    told = await clearway("show", case, "--lang", "en")
    for part in ("Why customs refused", "-401009", "failed customs' check", "payment enterprise PAY", "corrected"):
        assert part in told.out
    (rejection,) = (await clearway("show", case, "--json")).json["rejections"]
    assert rejection["about"] == "payment"
    (reason,) = reasons_of(DocumentKind.PAYMENT, "-401009", "参数校验不通过")
    assert rejection["reasons"] == [json.loads(reason.model_dump_json())]
    assert (await clearway("show", case, "--lang", "zh")).out.count("请按回执内容更正") == 1


async def test_a_refused_return_is_shown_with_its_reason(clearway: Command, desk: Desk) -> None:
    counter = ReturnsCounter(desk)
    key = await counter.apply(await counter.released(), *lines(_1="1"))
    await counter.receipt(
        key, "-625209", info="退货申请单[X],在关联的清单中未找到表体序号为[1],商品编号为[3304990029]的数据"
    )
    await counter.ended(key)
    name = key.workflow_id.removeprefix("goods-return/")
    told = await clearway("returns", "show", name, "--lang", "en")
    for part in ("Why customs refused", "-625209", "return_application.lines[].gnum", "commodity code"):
        assert part in told.out
    (rejection,) = (await clearway("returns", "show", name, "--json")).json["rejections"]
    assert (rejection["about"], rejection["reasons"][0]["again"]) == ("goods_return", "CORRECTED")
