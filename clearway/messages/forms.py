"""The table of the messages we speak: type, model and element names (REFERENCE §1, §3; edition 2022-05)."""

from typing import NamedTuple

from clearway.contracts.base import Contract
from clearway.contracts.documents import (
    CancelApplication,
    CancelReceipt,
    DeclarationList,
    ListReceipt,
    Order,
    OrderReceipt,
    Payment,
    PaymentReceipt,
    ReturnApplication,
    ReturnReceipt,
    TaxBill,
    TaxBillStatus,
    Waybill,
    WaybillReceipt,
)
from clearway.contracts.parties import Role
from clearway.messages.fields import snake_case

NAMESPACE = "http://www.chinaport.gov.cn/ceb"

MOST_RECORDS = 100
"""Most business records in one message (REFERENCE §2)."""

MOST_SUBSCRIBERS = 5
"""Most subscribers of one message (REFERENCE §2)."""


class Form(NamedTuple):
    """How one message type lays out its records. A record without `head` holds its fields directly."""

    message_type: str
    model: type[Contract]
    record: str
    head: str | None
    lines: str | None
    owner: Role
    """Who mends a fault in it."""
    signature_due: bool = False
    """The schema demands a signature."""

    @property
    def root(self) -> str:
        """Name of the message's root element."""
        return f"{self.message_type}Message"

    @property
    def by_customs(self) -> bool:
        """Customs sends it: no transfer, no signature, a default namespace, and read with more patience."""
        return self.owner is Role.CUS

    @property
    def pointer(self) -> str:
        """How pointers into a record begin, e.g. `declaration_list`."""
        return snake_case(self.model.__name__)


FORMS = (
    Form("CEB311", Order, "Order", "OrderHead", "OrderList", Role.EBC),
    Form("CEB312", OrderReceipt, "OrderReturn", None, None, Role.CUS),
    Form("CEB411", Payment, "Payment", "PaymentHead", None, Role.PAY),
    Form("CEB412", PaymentReceipt, "PaymentReturn", None, None, Role.CUS),
    Form("CEB511", Waybill, "Logistics", "LogisticsHead", None, Role.LOG),
    Form("CEB512", WaybillReceipt, "LogisticsReturn", None, None, Role.CUS),
    Form("CEB621", DeclarationList, "Inventory", "InventoryHead", "InventoryList", Role.AGENT, signature_due=True),
    Form("CEB622", ListReceipt, "InventoryReturn", None, None, Role.CUS),
    Form("CEB623", CancelApplication, "InvtCancel", None, None, Role.AGENT, signature_due=True),
    Form("CEB624", CancelReceipt, "InvtCancelReturn", None, None, Role.CUS),
    Form("CEB625", ReturnApplication, "InvtRefund", "InvtRefundHead", "InvtRefundList", Role.AGENT, signature_due=True),
    Form("CEB626", ReturnReceipt, "InvtRefundReturn", None, None, Role.CUS),
    Form("CEB816", TaxBill, "Tax", "TaxHeadRd", "TaxListRd", Role.CUS),
    Form("CEB818", TaxBillStatus, "Tax", "TaxHeadStatus", None, Role.CUS),
)
"""The one place where message types, models and element names meet."""

FORM_BY_TYPE = {form.message_type: form for form in FORMS}
FORM_BY_MODEL = {form.model: form for form in FORMS}
