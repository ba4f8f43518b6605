"""Tables of the business database; importing this package registers every one of them."""

from models.tables.articles import ArticlesPaper, ArticlesRecord
from models.tables.cases import Address, CaseRecord, FilingRecord, StoredDocument
from models.tables.changes import ListChange
from models.tables.collection import TaxBatch, TaxDue, TaxOrder, TaxShare
from models.tables.inbox import InboxItem, RawMessage
from models.tables.ledger import CustomsFigure, Guarantee, GuaranteeWait, LedgerAccount, LedgerTransfer
from models.tables.notices import Notice
from models.tables.outbox import OutboxEvent, SentMessage, Subscription
from models.tables.parties import Enterprise, Entrustment, IdentityCheck
from models.tables.payment_data import PaymentEvidence, PaymentEvidenceOrder, PaymentPull
from models.tables.reports import SuspicionRecord
from models.tables.returns import GoodsReturnRecord
from models.tables.rules import RulePack
from models.tables.shelf import KeptCertificate
from models.tables.tax import BillRecord, PaymentRecord
from models.tables.trust import TrustedKey

__all__ = [
    "Address",
    "ArticlesPaper",
    "ArticlesRecord",
    "BillRecord",
    "CaseRecord",
    "CustomsFigure",
    "Enterprise",
    "Entrustment",
    "FilingRecord",
    "GoodsReturnRecord",
    "Guarantee",
    "GuaranteeWait",
    "IdentityCheck",
    "InboxItem",
    "KeptCertificate",
    "LedgerAccount",
    "LedgerTransfer",
    "ListChange",
    "Notice",
    "OutboxEvent",
    "PaymentEvidence",
    "PaymentEvidenceOrder",
    "PaymentPull",
    "PaymentRecord",
    "RawMessage",
    "RulePack",
    "SentMessage",
    "StoredDocument",
    "Subscription",
    "SuspicionRecord",
    "TaxBatch",
    "TaxDue",
    "TaxOrder",
    "TaxShare",
    "TrustedKey",
]
