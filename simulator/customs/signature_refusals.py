"""What customs answers to a message whose signature does not count (REFERENCE §6.3, §7)."""

from datetime import timedelta

from clearway.contracts.base import SHANGHAI
from clearway.contracts.documents import CancelApplication, DeclarationList
from clearway.messages.records.format_check import FormatCheck
from simulator.customs.books import Books, Voucher
from simulator.customs.filing import Application, Applied, Filing, Outcome, Reply
from simulator.customs.judgement import refuse_list
from simulator.customs.receipts import guid_for
from simulator.steps import Receipt

_AFTER = timedelta(seconds=15)
_LIST = Receipt("-621029", 15, "清单签名验证失败")
_CANCELLATION = ("-623029", "撤销申请单签名验证失败")
_RETURN = ("-625208", "退货申请单签名验证失败")


def refuse_unsigned_list(books: Books, declaration: DeclarationList) -> Filing:
    """A list is given back; the same list, signed rightly, is welcome."""
    return refuse_list(books, declaration, _LIST)


def refuse_unsigned_application(books: Books, application: Application, traceparent: str | None) -> Reply:
    """An application is refused."""
    applied = Applied(application, books.number(application), Outcome.REFUSED)
    status, info = _CANCELLATION if isinstance(application, CancelApplication) else _RETURN
    return Reply(applied, status, application.app_time + _AFTER, info, traceparent)


def refuse_unsigned_document(document: Voucher, message_type: str, cop_msg_id: str, content: bytes) -> FormatCheck:
    """Of the three documents the E-Port only says which message it would not take (CEB900)."""
    at = (document.app_time + _AFTER).astimezone(SHANGHAI)
    return FormatCheck(
        guid=guid_for(document.guid, "signature"),
        return_status="-1",
        return_info="报文签名验证失败",
        return_time=f"{at:%Y%m%d%H%M%S}000",
        ori_cop_msg_id=cop_msg_id,
        ori_message_type=f"{message_type}Message",
        ori_biz_message=content.decode(),
    )
