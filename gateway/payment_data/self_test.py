"""What the gateway does for a self-test: lays marked data ready, and clears everything of it away afterwards."""

import json
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from clearway.contracts.base import SHANGHAI
from clearway.contracts.payment_data import SELF_TEST, SelfTestBegun
from clearway.messages.payment_data import read_deposit
from models import payment_data
from models.database import Database

LEFT_BEHIND = timedelta(days=1)
"""A self-test that is older than this was broken off; the next one clears it away."""


class SelfTest:
    """Data of self-tests never goes to customs: the responder uploads it to an address of its own, on loopback."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def begin(self) -> SelfTestBegun:
        """Lay data ready; ask for it at customs' door with the session and order number given back."""
        now = self._clock()
        number = f"{SELF_TEST}{uuid.uuid4().hex.upper()}"
        with self._database.transaction() as session:
            for left in payment_data.old_tests(session, now - LEFT_BEHIND):
                payment_data.forget_test(session, left)
            payment_data.keep(session, read_deposit(_data(number, now)), None, now)
        return SelfTestBegun(session_id=number, order_no=number)

    def end(self, session_id: str) -> bool:
        """Clear everything of it away; False where there is nothing."""
        with self._database.transaction() as session:
            return payment_data.forget_test(session, session_id)


def _data(number: str, now: datetime) -> bytes:
    head = {
        "guid": number[:36],
        "initalRequest": "<self-test/>",
        "initalResponse": "<self-test/>",
        "ebpCode": "SELFTEST",
        "payCode": "SELFTEST",
        "payTransactionId": number,
        "totalAmount": "0.01",
        "currency": "142",
        "verDept": "3",
        "payType": "4",
        "tradingTime": now.astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S"),
        "note": "自检数据",
    }
    goods = [{"gname": "自检", "itemLink": "http://127.0.0.1/"}]
    order = {"orderNo": number, "goodsInfo": goods, "recpAccount": "0", "recpName": "自检"}
    return json.dumps({"payExchangeInfoHead": head, "payExchangeInfoLists": [order]}, ensure_ascii=False).encode()
