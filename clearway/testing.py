"""A kit for tests and trials: a coherent synthetic set of documents for one order, nobody's data.

A valid message of every type is in clearway.sample_messages.
"""

import uuid
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from clearway.contracts.articles import ArticleLine, ArticlesList
from clearway.contracts.base import SHANGHAI, Contract, legal_day
from clearway.contracts.case import CaseKey, Transmission
from clearway.contracts.documents import (
    DeclarationLine,
    DeclarationList,
    DocumentHead,
    DocumentKind,
    Order,
    OrderLine,
    Payment,
    Waybill,
)
from clearway.contracts.parties import Sender

EBC, EBP = "3301960A01", "3301960P01"
PAY, LOG, AGENT, WAREHOUSE = "3301960Y01", "3301960L01", "3301960G01", "3301960W01"
EXPRESS = "3301960E01"
BUYER_ID = "11010519491231002X"
"""A well-formed number from the standard's own example; nobody's."""
QUOTA_RATE_13 = Decimal("0.091")
"""13 % VAT at 70 %, as the platform withholds it for ordinary goods (RULEBOOK B.9.1)."""
FEN = Decimal("0.01")


class SampleSet(Contract):
    """One order's four documents."""

    order: Order
    payment: Payment
    waybill: Waybill
    declaration_list: DeclarationList

    @property
    def key(self) -> CaseKey:
        """The case of this order."""
        return CaseKey(ebc_code=self.order.ebc_code, order_no=self.order.order_no)

    @property
    def transmissions(self) -> tuple[Transmission, ...]:
        """The three documents, each handed in by its own party."""
        return (
            Transmission(document=self.order, sender=Sender(code=self.order.ebc_code)),
            Transmission(document=self.payment, sender=Sender(code=self.payment.pay_code)),
            Transmission(document=self.waybill, sender=Sender(code=self.waybill.logistics_code)),
        )

    def changed(self, kind: DocumentKind, **changes: Any) -> "SampleSet":
        """The same set with fields of one document changed; enough to make any mismatch."""
        name = str(kind)
        document: DocumentHead = getattr(self, name)
        return self.model_copy(update={name: document.model_copy(update=changes)})


def corrected(document: Any, **changes: Any) -> Any:
    """A correction of a document: appType 2, a minute later, with the changes."""
    later = document.app_time + timedelta(minutes=1)
    return document.model_copy(update={"app_type": "2", "app_time": later, "guid": _guid(), **changes})


def sample_set(
    order_no: str,
    *,
    at: datetime,
    goods_value: Decimal = Decimal("300.00"),
    freight: Decimal = Decimal("10.00"),
    discount: Decimal = Decimal("20.00"),
    buyer_name: str = "张三",
    buyer_id: str = BUYER_ID,
) -> SampleSet:
    """A bonded (1210) order of one skincare article, submitted at `at`, which passes every comparison.

    The order number's last part chooses what the simulated customs does with it (docs/simulator.md).
    """
    moment = at.astimezone(SHANGHAI).replace(microsecond=0)
    tax = ((goods_value + freight) * QUOTA_RATE_13).quantize(FEN, ROUND_HALF_UP)
    paid = goods_value + freight + tax - discount
    waybill_no = "SF" + uuid.uuid5(uuid.NAMESPACE_URL, order_no).hex[:13].upper()
    transaction = "PAY" + uuid.uuid5(uuid.NAMESPACE_OID, order_no).hex[:17].upper()
    parties = {"ebp_code": EBP, "ebp_name": "示例跨境平台有限公司"}
    enterprise = {"ebc_code": EBC, "ebc_name": "示例电子商务有限公司"}
    buyer = {"buyer_id_number": buyer_id, "buyer_name": buyer_name, "buyer_telephone": "13800000000"}
    consignee = {
        "consignee": "李四",
        "consignee_telephone": "13900000000",
        "consignee_address": "浙江省杭州市示例区示例路1号",
    }
    goods = {
        "specification": "保湿面霜|示例牌|50毫升",
        "qty": Decimal(1),
        "price": goods_value,
        "total_price": goods_value,
    }
    order = Order(
        **_head(moment),
        order_no=order_no,
        **parties,
        **enterprise,
        goods_value=goods_value,
        freight=freight,
        discount=discount,
        tax_total=tax,
        actual_paid=paid,
        buyer_reg_no="buyer-1",
        **buyer,
        pay_code=PAY,
        pay_name="示例支付有限公司",
        pay_transaction_id=transaction,
        **consignee,
        waybill_no=waybill_no,
        lines=(OrderLine(gnum=1, item_no="SKU-1", item_name="保湿面霜", unit="007", country="133", **goods),),
    )
    payment = Payment(
        **_head(moment + timedelta(minutes=1)),
        pay_code=PAY,
        pay_name="示例支付有限公司",
        pay_transaction_id=transaction,
        order_no=order_no,
        **parties,
        payer_id_number=buyer_id,
        payer_name=buyer_name,
        amount_paid=paid,
        pay_time=moment + timedelta(minutes=1),
        payment_type="app",
    )
    waybill = Waybill(
        **_head(moment + timedelta(minutes=2)),
        logistics_code=LOG,
        logistics_name="示例物流有限公司",
        logistics_no=waybill_no,
        order_no=order_no,
        freight=freight,
        insured_fee=Decimal(0),
        weight=Decimal("0.50"),
        goods_info="保湿面霜 1",
        departure_country="142",
        **consignee,
    )
    declaration = DeclarationList(
        **_head(moment + timedelta(minutes=3)),
        order_no=order_no,
        **parties,
        **enterprise,
        logistics_no=waybill_no,
        logistics_code=LOG,
        logistics_name="示例物流有限公司",
        cop_no="CW" + uuid.uuid5(uuid.NAMESPACE_DNS, order_no).hex[:18].upper(),
        assure_code=EBC,
        ems_no="T3301W000001",
        declared_on=legal_day(moment),
        customs_code="2991",
        port_code="2991",
        **buyer,
        consignee_address=consignee["consignee_address"],
        agent_code=AGENT,
        agent_name="示例报关有限公司",
        area_code=WAREHOUSE,
        area_name="示例保税仓储有限公司",
        trade_mode="1210",
        traf_mode="Y",
        country="142",
        freight=freight,
        insured_fee=Decimal(0),
        gross_weight=Decimal("0.50"),
        net_weight=Decimal("0.40"),
        lines=(
            DeclarationLine(
                gnum=1,
                item_record_no="000000001",
                item_no="SKU-1",
                item_name="保湿面霜",
                hs_code="3304990029",
                goods_name="保湿面霜",
                country="133",
                unit="007",
                qty1=Decimal("0.40"),
                unit1="035",
                qty2=Decimal(1),
                unit2="007",
                **goods,
            ),
        ),
    )
    return SampleSet(order=order, payment=payment, waybill=waybill, declaration_list=declaration)


def _head(moment: datetime) -> dict[str, Any]:
    return {"guid": _guid(), "app_type": "1", "app_time": moment, "app_status": "2"}


def _guid() -> str:
    return str(uuid.uuid4()).upper()


def sample_articles(list_no: str, *, at: datetime, **changes: Any) -> ArticlesList:
    """An individual's parcel of chocolate from the USA worth 300.00 CNY, handed in at `at`: passes, exempt from tax.

    Changes replace fields of the list; one of a line's fields (`value`, `category`, `qty` …) changes its only line.
    """
    moment = at.astimezone(SHANGHAI).replace(microsecond=0)
    line = {"gnum": 1, "name": "巧克力", "category": "food", "qty": "1", "unit": "011", "value": "300.00"}
    line |= {field: changes.pop(field) for field in changes.keys() & ArticleLine.model_fields.keys()}
    whole = {
        "declarant_code": EXPRESS,
        "list_no": list_no,
        "individual_name": "张三",
        "individual_id_number": BUYER_ID,
        "individual_telephone": "13800000000",
        "logistics_code": EXPRESS,
        "logistics_no": "EM" + uuid.uuid5(uuid.NAMESPACE_URL, list_no).hex[:13].upper(),
        "departure_country": "502",
        "customs_code": "2991",
        "declared_on": legal_day(moment),
        "app_time": moment,
        "lines": (line,),
    }
    return ArticlesList.model_validate(whole | changes)
