"""Four documents that belong together, for tests of the outside world."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import uuid4

from clearway.contracts.base import SHANGHAI
from clearway.contracts.documents import (
    CancelApplication,
    DeclarationLine,
    DeclarationList,
    Document,
    Order,
    OrderLine,
    Payment,
    ReturnApplication,
    ReturnApplicationLine,
    Waybill,
)

AT = datetime(2031, 3, 10, 14, 20, 0, tzinfo=SHANGHAI)
"""Far from any wall clock: customs has to live on the time of what it is handed."""

BUYER, ID_NUMBER, TELEPHONE = "王小明", "11010519491231002X", "13800000000"
ADDRESS = "浙江省杭州市余杭区文一西路1号"


class Papers(NamedTuple):
    """One case."""

    order: Order
    payment: Payment
    waybill: Waybill
    declaration: DeclarationList

    @property
    def three(self) -> tuple[Document, ...]:
        """What customs must have before the list."""
        return self.order, self.payment, self.waybill


def new_guid() -> str:
    """An upper-case guid."""
    return str(uuid4()).upper()


def new_papers(order_no: str, at: datetime = AT, tax_total: str = "50.23") -> Papers:
    """Two lines, 199.00 and 350.00 CNY, freight 12.00; nothing is wrong with any of them."""
    goods, freight, tax = Decimal("549.00"), Decimal("12.00"), Decimal(tax_total)
    number = new_guid()[:8]
    head = {"app_type": "1", "app_time": at, "app_status": "2"}
    platform = {"ebp_code": "3301960EBP", "ebp_name": "平台"}
    enterprise = {"ebc_code": "3301960EBC", "ebc_name": "电商企业"}
    buyer = {"buyer_name": BUYER, "buyer_id_number": ID_NUMBER, "buyer_telephone": TELEPHONE}
    carrier = {"logistics_code": "3301980LOG", "logistics_name": "物流企业", "logistics_no": f"YT{number}"}
    prices = (("3304990029", "面霜", Decimal("199.00")), ("2204210000", "葡萄酒", Decimal("350.00")))
    order = Order(
        guid=new_guid(),
        **head,
        **platform,
        **enterprise,
        **buyer,
        order_no=order_no,
        goods_value=goods,
        freight=freight,
        discount=Decimal(0),
        tax_total=tax,
        actual_paid=goods + freight + tax,
        buyer_reg_no="u-1",
        consignee="李四",
        consignee_telephone=TELEPHONE,
        consignee_address=ADDRESS,
        lines=tuple(
            OrderLine(
                gnum=gnum,
                item_name=name,
                specification="50ml|瓶",
                unit="142",
                qty=Decimal(1),
                price=price,
                total_price=price,
                country="305",
            )
            for gnum, (_, name, price) in enumerate(prices, 1)
        ),
    )
    payment = Payment(
        guid=new_guid(),
        **head,
        **platform,
        pay_code="3301980PAY",
        pay_name="支付企业",
        pay_transaction_id=f"T{number}",
        order_no=order_no,
        payer_id_number=ID_NUMBER,
        payer_name=BUYER,
        amount_paid=order.actual_paid,
        pay_time=at,
    )
    waybill = Waybill(
        guid=new_guid(),
        **head,
        **carrier,
        order_no=order_no,
        freight=freight,
        insured_fee=Decimal(0),
        weight=Decimal("1.2"),
        consignee="李四",
        consignee_address=ADDRESS,
        consignee_telephone=TELEPHONE,
    )
    declaration = DeclarationList(
        guid=new_guid(),
        **head,
        **platform,
        **enterprise,
        **buyer,
        **carrier,
        order_no=order_no,
        cop_no=f"COP{number}",
        assure_code="3301960EBC",
        declared_on=at.date(),
        customs_code="2991",
        port_code="2991",
        consignee_address=ADDRESS,
        agent_code="3301980AGT",
        agent_name="申报企业",
        ems_no="T2991W000001",
        area_code="3301660WH1",
        area_name="区内仓储企业",
        trade_mode="1210",
        traf_mode="Y",
        country="142",
        freight=freight,
        insured_fee=Decimal(0),
        gross_weight=Decimal("1.2"),
        net_weight=Decimal("1.0"),
        lines=tuple(
            DeclarationLine(
                gnum=gnum,
                item_record_no=f"R{gnum}",
                item_no=f"SKU{gnum}",
                item_name=name,
                hs_code=hs_code,
                goods_name=name,
                specification="50ml|瓶",
                barcode="无",
                country="305",
                qty=Decimal(1),
                unit="142",
                qty1=Decimal("0.05"),
                unit1="035",
                price=price,
                total_price=price,
            )
            for gnum, (hs_code, name, price) in enumerate(prices, 1)
        ),
    )
    return Papers(order, payment, waybill, declaration)


_OF_THE_LIST = (
    *("customs_code", "order_no", "ebp_code", "ebp_name", "ebc_code", "ebc_name"),
    *("logistics_no", "logistics_code", "logistics_name", "agent_code", "agent_name"),
    *("buyer_id_number", "buyer_name", "buyer_telephone"),
)
"""What an application repeats of the list it is about."""

Numbers = Mapping[str, Any]
"""A list as customs shows it: `pre_no` and `invt_no` are what matters here."""


def new_change(papers: Papers, numbers: Numbers, at: datetime, **changes: Any) -> DeclarationList:
    """The list as it shall read, with both numbers that customs gave it."""
    given = {"pre_no": numbers["pre_no"], "invt_no": numbers["invt_no"]}
    head = {"guid": new_guid(), "app_type": "2", "app_time": at}
    return papers.declaration.model_copy(update=head | given | changes)


def new_cancellation(papers: Papers, numbers: Numbers, at: datetime, **changes: Any) -> CancelApplication:
    """An application to cancel the list."""
    return CancelApplication.model_validate(_application(papers, numbers, at) | changes)


def new_return(
    papers: Papers, numbers: Numbers, at: datetime, quantities: Mapping[int, str], **changes: Any
) -> ReturnApplication:
    """An application to return these quantities, by item number; an item the list lacks is some other goods."""
    declared = {line.gnum: line for line in papers.declaration.lines}
    lines = tuple(
        ReturnApplicationLine(
            gnum=gnum,
            hs_code=declared[gnum].hs_code if gnum in declared else "9999999999",
            goods_name=declared[gnum].goods_name if gnum in declared else "其他",
            qty=Decimal(qty),
            unit="142",
        )
        for gnum, qty in quantities.items()
    )
    return ReturnApplication.model_validate(_application(papers, numbers, at) | {"lines": lines} | changes)


def _application(papers: Papers, numbers: Numbers, at: datetime) -> dict[str, Any]:
    guid = new_guid()
    return {name: getattr(papers.declaration, name) for name in _OF_THE_LIST} | {
        "guid": guid,
        "app_type": "1",
        "app_time": at,
        "app_status": "2",
        "cop_no": f"AP{guid[:8]}",
        "pre_no": numbers["pre_no"],
        "invt_no": numbers["invt_no"],
        "reason": "不想要了",
    }
