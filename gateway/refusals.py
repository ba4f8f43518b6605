"""Why the door says no by itself: every refusal it can give, in both languages, with what to do."""

from collections.abc import Iterable
from enum import StrEnum

from clearway.contracts.problems import FieldValue, Problem


class Code(StrEnum):
    """Error codes of the gateway."""

    TOO_LARGE = "E_TOO_LARGE"
    BODY_CUT = "E_BODY_CUT"
    BUSY = "E_BUSY"
    SENDER_MISSING = "E_SENDER_MISSING"
    HEADER = "E_HEADER"
    JSON = "E_JSON"
    FIELD = "E_FIELD"
    WRONG_DOOR = "E_WRONG_DOOR"
    UNREADABLE = "E_UNREADABLE"
    ORDER_AMBIGUOUS = "E_ORDER_AMBIGUOUS"
    TOP_UP_USED = "E_TOP_UP_USED"
    NO_GUARANTEE = "E_NO_GUARANTEE"
    ENDS_EARLIER = "E_ENDS_EARLIER"
    NOT_CALLABLE = "E_NOT_CALLABLE"
    UNAVAILABLE = "E_UNAVAILABLE"
    NOT_STORED = "E_NOT_STORED"
    NOT_FOUND = "E_NOT_FOUND"
    METHOD = "E_METHOD"
    REQUEST = "E_REQUEST"
    INTERNAL = "E_INTERNAL"
    NOT_TAKEN_YET = "E_NOT_TAKEN_YET"
    NOT_REPLAYABLE = "E_NOT_REPLAYABLE"
    UNSIGNED = "E_UNSIGNED"
    SIGNATURE = "E_SIGNATURE"
    KEY_UNKNOWN = "E_KEY_UNKNOWN"
    KEY_EXPIRED = "E_KEY_EXPIRED"
    SIGNER_ROLE = "E_SIGNER_ROLE"
    SIGNER_PARTY = "E_SIGNER_PARTY"
    OTHER_CONTENT = "E_OTHER_CONTENT"
    CONTRADICTORY = "E_CONTRADICTORY"


_TEXTS: dict[Code, tuple[str, str, str, str]] = {
    Code.TOO_LARGE: (
        "The body is larger than this door takes.",
        "请求内容超过允许的大小。",
        "Send the records in several smaller messages, each within the limit.",
        "请拆分为多个较小的报文发送，每个均不超过限制。",
    ),
    Code.BODY_CUT: (
        "The body ended before it was complete; nothing was stored.",
        "请求内容未传输完整，未予保存。",
        "Send the message again.",
        "请重新发送报文。",
    ),
    Code.BUSY: (
        "Too many large messages are coming in at the same time; nothing was stored.",
        "同时传入的大报文过多，未予保存。",
        "Send the same message again after a while, or in several smaller ones; small messages need not wait.",
        "请稍后重新发送同一报文，或拆分为多个较小的报文；小报文无需等待。",
    ),
    Code.SENDER_MISSING: (
        "The message does not say who sends it.",
        "未注明发送方。",
        "Name the sender's customs or credit code in the header X-Clearway-Sender.",
        "请在请求头 X-Clearway-Sender 中填写发送方的海关编码或统一社会信用代码。",
    ),
    Code.HEADER: (
        "A header has a value that cannot be right.",
        "请求头的值无效。",
        "Correct the header: enterprise codes have 1 to 18 characters, an attempt is a number from 1 to 99.",
        "请更正请求头：企业代码为 1 至 18 个字符，申报次数为 1 至 99 的数字。",
    ),
    Code.JSON: (
        "The body is not JSON, or not of the shape this door takes.",
        "请求内容不是有效的 JSON，或者结构不符合要求。",
        "Send a JSON object in UTF-8 as the documentation shows.",
        "请按文档说明以 UTF-8 编码发送 JSON 对象。",
    ),
    Code.FIELD: (
        "A field is missing or has a value that cannot be right.",
        "字段缺失或者内容无效。",
        "Correct the field as the interface description (OpenAPI) says, then send again.",
        "请按接口说明更正该字段后重新发送。",
    ),
    Code.WRONG_DOOR: (
        "This kind of message does not come in at this door.",
        "该类报文不应由此入口提交。",
        "Customs' receipts and tax bills go to /customs/receipts, enterprises' documents to /documents.",
        "海关回执和电子税单请提交至 /customs/receipts，企业单证请提交至 /documents。",
    ),
    Code.UNREADABLE: (
        "The message was stored, but reading it failed on our side.",
        "报文已保存，但读取时我方发生错误。",
        "Nothing to do for the sender; the operator of this service looks at the stored message.",
        "发送方无需处理；由本服务的运维人员检查已保存的报文。",
    ),
    Code.ORDER_AMBIGUOUS: (
        "Several lists are known under this key, and nothing says which one is meant; it waits until one is.",
        "该编号对应多个清单，无法确定所指清单；报文已暂存。",
        "Let the order or the list name the number of the waybill; the message is then delivered by itself.",
        "请在订单或清单中注明运单号，报文随后将自动递送。",
    ),
    Code.TOP_UP_USED: (
        "The id was used before for another amount; nothing was added.",
        "该编号已用于其他金额，未予增加。",
        "Give each payment its own id; repeat one only with the amount that it had.",
        "每笔款项请使用各自的编号；重复提交时金额须一致。",
    ),
    Code.NOT_CALLABLE: (
        "The list holds nothing of this guarantee that could be called; nothing was called of any list.",
        "该清单未占用此担保，或者税款已结清；所有清单均未代偿。",
        "Check the order and the guarantor; leave out lists that are paid, returned or cancelled.",
        "请核对订单号和担保企业；请勿包含已缴税、已退货或者已撤销的清单。",
    ),
    Code.NO_GUARANTEE: (
        "No guarantee of this guarantor is on file.",
        "该担保企业尚无担保备案。",
        "Check the guarantor's code; put up the first guarantee with its form and its last day.",
        "请核对担保企业代码；首次提供担保时须注明担保形式和有效期。",
    ),
    Code.ENDS_EARLIER: (
        "A guarantee cannot end earlier than is on file.",
        "担保有效期不得早于已备案的有效期。",
        "Leave out the last day, or give one that is not earlier.",
        "请省略有效期，或填写不早于已备案的日期。",
    ),
    Code.UNAVAILABLE: (
        "The case cannot be reached now. The message is stored and will be delivered later.",
        "目前无法连接业务流程。报文已保存，稍后自动递送。",
        "Nothing is lost: wait, or send the same message again for an answer.",
        "报文不会丢失：请等待，或稍后重新发送同一报文以获取结果。",
    ),
    Code.NOT_STORED: (
        "The database cannot be used now: it is away, or its disk is full. What was acknowledged before is safe.",
        "数据库暂时无法使用：连接中断或磁盘已满。此前已确认接收的报文不受影响。",
        "Send the same message again after a while; a repeat changes nothing.",
        "请稍后重新发送同一报文；重复发送不会产生其他影响。",
    ),
    Code.NOT_FOUND: (
        "There is nothing at this address.",
        "该地址不存在。",
        "Check the address; /docs lists what there is.",
        "请检查地址；可用接口见 /docs。",
    ),
    Code.METHOD: (
        "This address does not take this method.",
        "该地址不支持此请求方法。",
        "Use a method that the header Allow names; /docs lists what there is.",
        "请使用响应头 Allow 所列的请求方法；可用接口见 /docs。",
    ),
    Code.REQUEST: (
        "The request cannot be understood.",
        "无法理解该请求。",
        "Correct the request as the interface description (OpenAPI) says.",
        "请按接口说明更正请求。",
    ),
    Code.NOT_TAKEN_YET: (
        "A message of this type can be read, but no process of this service takes it yet.",
        "可以读取该类报文，但本服务尚无处理该类报文的流程。",
        "Send it to customs by your own way; this service takes orders, payments, waybills and Declaration Lists.",
        "请自行向海关提交；本服务目前接收订单、支付凭证、运单和清单。",
    ),
    Code.NOT_REPLAYABLE: (
        "Reading this message again would change nothing.",
        "重新读取该报文不会产生任何结果。",
        "What came in here was done or refused at once: let its sender send it again.",
        "该类报文在提交时即已处理或拒绝：请由发送方重新提交。",
    ),
    Code.UNSIGNED: (
        "The message is not signed, and a key of the party in whose name it speaks is on file.",
        "报文未签名，而其所代表的一方已登记密钥。",
        "Sign it with a key on file: in the message, in its envelope, or in X-Clearway-Key and X-Clearway-Signature.",
        "请使用已登记的密钥签名：在报文内、在传输信封内，或使用请求头 X-Clearway-Key 和 X-Clearway-Signature。",
    ),
    Code.SIGNATURE: (
        "The signature does not fit the message.",
        "签名与报文不符。",
        "Sign the very bytes that are sent, and change nothing afterwards.",
        "请对实际发送的内容签名，签名后不要再改动。",
    ),
    Code.KEY_UNKNOWN: (
        "No key of this name is on file.",
        "没有登记该名称的密钥。",
        "Sign with a key that is on file, or have the operator put this one on file and read the message again.",
        "请使用已登记的密钥签名，或请运维人员登记该密钥后重新读取报文。",
    ),
    Code.KEY_EXPIRED: (
        "The key was not valid when the message came: too early, too late, or revoked.",
        "报文到达时该密钥不在有效期内或已吊销。",
        "Sign with a key that is valid, and send the message again.",
        "请使用有效的密钥签名后重新发送。",
    ),
    Code.SIGNER_ROLE: (
        "Who signed it may not send a message of this type.",
        "签名方的角色不得发送该类报文。",
        "Have it signed by the party whose document it is: orders by the e-commerce side, payments by the payment "
        "enterprise, waybills by the logistics enterprise, receipts by customs.",
        "请由单证所属方签名：订单由电商方，支付凭证由支付企业，运单由物流企业，回执由海关。",
    ),
    Code.SIGNER_PARTY: (
        "Who signed it is not who sends it, and no entrustment lets the one speak for the other.",
        "签名方与发送方不一致，且无委托关系。",
        "Name the signer in X-Clearway-Sender, sign with the sender's key, or have the entrustment registered.",
        "请在 X-Clearway-Sender 中填写签名方、使用发送方的密钥签名，或登记委托关系。",
    ),
    Code.OTHER_CONTENT: (
        "Under the same number, status and time something else was said before.",
        "相同编号、状态和时间此前已有不同内容。",
        "Compare the stored messages, and ask customs which one holds; the case keeps what it heard first.",
        "请比对已保存的报文并向海关核实；业务流程以先收到的为准。",
    ),
    Code.CONTRADICTORY: (
        "It contradicts what customs said before of the same document.",
        "与海关此前对同一单证的答复相矛盾。",
        "Ask customs which one holds; the case keeps what stands higher, whichever came first.",
        "请向海关核实；业务流程以级别较高的答复为准，与到达先后无关。",
    ),
    Code.INTERNAL: (
        "Something failed on our side.",
        "我方发生内部错误。",
        "Send the same message again; if this stays, tell the operator of this service.",
        "请重新发送同一报文；如仍失败，请联系本服务的运维人员。",
    ),
}


class DoorRefused(Exception):
    """The door says no; `status` is the HTTP status, `problems` says everything that is wrong."""

    def __init__(self, status: int, problems: Iterable[Problem], headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.problems = tuple(problems)
        self.headers = headers or {}
        super().__init__(status, *(problem.code for problem in self.problems))


def refusal(code: Code, *fields: tuple[str, str | None], detail: str = "") -> Problem:
    """The problem for a code with the fields it is about; neither values nor `detail` may hold personal data."""
    message_en, message_zh, remedy_en, remedy_zh = _TEXTS[code]
    return Problem(
        code=code,
        fields=tuple(FieldValue(field=name, value=value) for name, value in fields),
        message_en=f"{message_en} {detail}" if detail else message_en,
        message_zh=f"{message_zh}（{detail}）" if detail else message_zh,
        remedy_en=remedy_en,
        remedy_zh=remedy_zh,
        reference="docs/gateway.md",
    )
