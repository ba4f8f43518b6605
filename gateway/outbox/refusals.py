"""Why the doors of subscriptions say no."""

from enum import StrEnum

from clearway.contracts.problems import FieldValue, Problem


class Code(StrEnum):
    """Error codes of subscriptions."""

    URL = "E_WEBHOOK_URL"
    URL_MISSING = "E_WEBHOOK_URL_MISSING"
    URL_UNUSED = "E_WEBHOOK_URL_UNUSED"
    SUBSCRIBED = "E_SUBSCRIBED"
    NO_SUBSCRIPTION = "E_NO_SUBSCRIPTION"
    ENDED = "E_SUBSCRIPTION_ENDED"
    NOT_PULLED = "E_NOT_PULLED"
    NOT_PUSHED = "E_NOT_PUSHED"
    NO_EVENT = "E_NO_EVENT"
    NOTHING_TAKEN = "E_NOTHING_ACKNOWLEDGED"


_TEXTS: dict[Code, tuple[str, str, str, str]] = {
    Code.URL: (
        "Events cannot be posted to this address",
        "无法向该地址推送通知",
        "Give an http(s) address of the internet; the operator may permit others (CLEARWAY_GATEWAY_WEBHOOK_REACH).",
        "请填写互联网可访问的 http 或 https 地址；其他地址须由运维人员放开（CLEARWAY_GATEWAY_WEBHOOK_REACH）。",
    ),
    Code.URL_MISSING: (
        "Events are to be pushed, but nothing says where.",
        "选择推送方式，但未填写推送地址。",
        "Give the address in `url`, or choose the mode `pull`.",
        "请在 url 中填写地址，或者改用 pull 方式。",
    ),
    Code.URL_UNUSED: (
        "Events that are fetched go to no address.",
        "拉取方式不使用推送地址。",
        "Leave `url` out, or choose the mode `push`.",
        "请省略 url，或者改用 push 方式。",
    ),
    Code.SUBSCRIBED: (
        "There is such a subscription already.",
        "相同的订阅已存在。",
        "Use it; if its secret is lost, ask for a new one with rotate-secret, or end it first.",
        "请使用已有订阅；密钥遗失的，请通过 rotate-secret 更换，或先终止该订阅。",
    ),
    Code.NO_SUBSCRIPTION: (
        "There is no such subscription.",
        "该订阅不存在。",
        "Check the number; GET /subscriptions lists them.",
        "请检查编号；可通过 GET /subscriptions 查询。",
    ),
    Code.ENDED: (
        "The subscription has ended.",
        "该订阅已终止。",
        "Make a new one; GET /notices shows what it missed.",
        "请重新订阅；期间的通知可通过 GET /notices 查询。",
    ),
    Code.NOT_PULLED: (
        "The events of this subscription are pushed; its address acknowledges them by its answer.",
        "该订阅为推送方式，由接收地址的应答确认。",
        "Answer pushed events with a status from 200 to 299, or make a subscription of the mode `pull`.",
        "请以 2xx 状态应答推送，或者新建 pull 方式的订阅。",
    ),
    Code.NOT_PUSHED: (
        "The events of this subscription are fetched; there is no address to be tried.",
        "该订阅为拉取方式，没有可重试的地址。",
        "Fetch its events with GET /subscriptions/{id}/events.",
        "请通过 GET /subscriptions/{id}/events 拉取。",
    ),
    Code.NO_EVENT: (
        "No such event waits in this subscription.",
        "该订阅中没有此待处理事件。",
        "Look at the waiting events with GET /subscriptions/{id}/events.",
        "请通过 GET /subscriptions/{id}/events 查看待处理事件。",
    ),
    Code.NOTHING_TAKEN: (
        "The acknowledgement names nothing.",
        "确认内容为空。",
        "Give `up_to`, the number of the last event that is taken, or `ids`.",
        "请填写 up_to（最后一个已处理事件的编号）或 ids。",
    ),
}


def refusal(code: Code, field: str, value: str | None = None, *, detail: str = "") -> Problem:
    """The problem for a code and the field it is about."""
    message_en, message_zh, remedy_en, remedy_zh = _TEXTS[code]
    return Problem(
        code=code,
        fields=(FieldValue(field=field, value=value),),
        message_en=f"{message_en}: {detail}." if detail else message_en,
        message_zh=f"{message_zh}（{detail}）。" if detail else message_zh,
        remedy_en=remedy_en,
        remedy_zh=remedy_zh,
        reference="docs/webhooks.md",
    )
