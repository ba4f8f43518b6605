"""Why deposits are refused or doubted."""

from collections.abc import Iterable
from enum import StrEnum

from clearway.contracts.problems import FieldValue, Problem, Severity


class Code(StrEnum):
    """Error codes of payment data."""

    SENDER = "E_DATA_SENDER"
    OTHER_CONTENT = "E_DUPLICATE"
    RESERVED = "E_ORDER_RESERVED"
    AMOUNT = "W_DATA_AMOUNT"
    PLATFORM = "W_DATA_PLATFORM"
    ORDER_UNLISTED = "W_DATA_ORDER"
    NO_QUESTION = "E_NO_QUESTION"


_TEXTS: dict[Code, tuple[str, str, str, str]] = {
    Code.SENDER: (
        "The sender is neither the platform nor the payment enterprise of this data.",
        "发送方既不是该数据的电商平台，也不是支付企业。",
        "Let the platform (ebpCode) or the payment enterprise (payCode) deposit it in its own name.",
        "请由电商平台（ebpCode）或支付企业（payCode）以自身名义提交。",
    ),
    Code.OTHER_CONTENT: (
        "This transaction is on file with other content; nothing was changed.",
        "该交易已留存且内容不同，未作变更。",
        "Deposit the original request and response as they were; they cannot change afterwards.",
        "请提交原始请求和原始响应；留存后不得变更。",
    ),
    Code.RESERVED: (
        "An order number cannot begin like this: it is kept for self-tests.",
        "订单号不得以此开头，该前缀用于自检。",
        "Give the order's own number.",
        "请填写实际订单号。",
    ),
    Code.AMOUNT: (
        "The amount is not that of the payment voucher on file.",
        "金额与已收到的支付凭证不一致。",
        "Check both: customs compares them.",
        "请核对：海关将进行比对。",
    ),
    Code.PLATFORM: (
        "The platform is not that of the payment voucher on file.",
        "电商平台与已收到的支付凭证不一致。",
        "Check both: customs compares them.",
        "请核对：海关将进行比对。",
    ),
    Code.ORDER_UNLISTED: (
        "The payment voucher on file names an order that is not listed here.",
        "已收到的支付凭证中的订单未列入本数据。",
        "List every order that the original payment request contained.",
        "请列明原始支付请求包含的全部订单。",
    ),
    Code.NO_QUESTION: (
        "There is no such question of customs, or nothing was uploaded for it.",
        "没有该会话的查询，或者尚未上传数据。",
        "Check the session; GET /payment-data/pulls lists the questions.",
        "请检查会话编号；可通过 GET /payment-data/pulls 查询。",
    ),
}


def refusal(code: Code, *fields: tuple[str, str | None]) -> Problem:
    """The problem for a code, with the fields it is about; warnings begin with W."""
    message_en, message_zh, remedy_en, remedy_zh = _TEXTS[code]
    return Problem(
        code=code,
        severity=Severity.WARNING if code.value.startswith("W") else Severity.HARD,
        fields=tuple(FieldValue(field=name, value=value) for name, value in fields),
        message_en=message_en,
        message_zh=message_zh,
        remedy_en=remedy_en,
        remedy_zh=remedy_zh,
        reference="docs/payment-data.md",
    )


def in_short(problems: Iterable[Problem]) -> str:
    """The problems in one line of Chinese and English, as customs is told them."""
    return "; ".join(f"{problem.message_zh} {problem.message_en}" for problem in problems)[:500]
