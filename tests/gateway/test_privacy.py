"""No personal data in the gateway's logs, whatever comes in and however it fails."""

import logging

import pytest

from clearway.contracts.problems import Problem
from clearway.errors import AlreadyEnded
from tests.gateway.recording import PAY, House, list_receipt, sample, sample_json

PERSONAL = ("张三", "李四", "11010519491231002X", "13900000001", "13900000002", "BUYER0001", "示例路")


async def test_nothing_personal_is_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ended = Problem(code="E_X", message_en="Over.", message_zh="已结束", remedy_en="Look.", remedy_zh="查看")
    house.cases.failures = [RuntimeError("张三"), AlreadyEnded((ended,))]
    await house.submit(sample("order.xml"))
    await house.submit(sample("order.json"))
    await house.submit(sample("payment.json"), X_Clearway_Sender=PAY)
    await house.submit([sample_json("order", buyer_id_number="11010519491231002X" * 9, goods_value="张三")])
    await house.submit(sample("waybill.xml").replace(b"</ceb:consignee>", b""))
    await house.http.post("/customs/control-instructions", json={"ebc_code": {"name": "张三"}})
    await house.tell(list_receipt("100", return_info="订购人张三 11010519491231002X 超过年度限额"))
    house.know()
    house.clock.pass_seconds(3600)
    await house.step(2)

    assert "refused" in caplog.text
    assert len(house.raws()) == 7
    shown = (await house.http.get("/inbox")).text
    for personal in PERSONAL:
        assert personal not in caplog.text
        assert personal not in shown
