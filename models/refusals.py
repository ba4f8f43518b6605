"""Why the service says no: every refusal it can give by itself, in both languages, with what to do."""

from collections.abc import Mapping

from clearway.contracts.parties import Role
from clearway.contracts.problems import FieldValue, Problem

Texts = Mapping[str, tuple[str, str, str, str, str]]
"""By code: the message and the remedy, each in English and Chinese, and the source."""

_TEXTS: Texts = {
    "E_SENDER_UNKNOWN": (
        "The sender is not registered with customs, or its registration is suspended or over.",
        "发送方未在海关注册登记，或者登记已暂停、失效。",
        "Register the enterprise, or send with the code of a registered one.",
        "请办理注册登记，或使用已登记企业的代码发送。",
        "RULEBOOK B.0.3, M15",
    ),
    "E_SENDER_ROLE": (
        "This party may not send this document in its own name.",
        "该企业无权以自己名义发送此类单证。",
        "Let the party send it whose document it is: order EBC/EBP, payment PAY, waybill LOG, list EBC/AGENT.",
        "请由对应企业发送：订单为电商企业或平台，支付单为支付企业，运单为物流企业，清单为电商企业或其代理人。",
        "RULEBOOK B.1, seed S1.1",
    ),
    "E_NO_COMMITMENT": (
        "No written commitment covers this entrusted transmission at this instant.",
        "没有涵盖本次委托传输时点的书面承诺。",
        "Record a signed commitment of the transmitter for this principal, document kind and period, then send again.",
        "请登记传输方就该委托人、单证类型和期间出具的书面承诺后重新发送。",
        "RULEBOOK B.1, seed S1.2",
    ),
    "E_DUPLICATE": (
        "A document with this number is on file with other content.",
        "相同编号的单证已存在，且内容不同。",
        "To correct it, send it with appType 2 and a later submission time; for another order use another number.",
        "如需更正，请以变更（appType 2）并使用更晚的申报时间发送；如为另一订单，请使用新的编号。",
        "RULEBOOK B.1",
    ),
    "E_OLDER_VERSION": (
        "A later version of this document is on file already.",
        "已存在更新版本的单证。",
        "Send the correction with a submission time after the one on file.",
        "请使用晚于现有版本的申报时间发送更正。",
        "RULEBOOK B.1, REFERENCE §6.1",
    ),
    "E_CHANGE_WITHOUT_ORIGINAL": (
        "There is no document to change.",
        "没有可变更的原单证。",
        "Send it as new (appType 1).",
        "请以新增（appType 1）发送。",
        "RULEBOOK B.0.4, -301009",
    ),
    "E_CHANGE_TOO_LATE": (
        "The list is filed with customs; its documents can no longer change.",
        "清单已向海关申报，相关单证不能再变更。",
        "Ask for a modification or cancellation of the list itself.",
        "请对清单本身申请修改或撤销。",
        "RULEBOOK B.0.4, -301011",
    ),
    "E_WRONG_CASE": (
        "The document names another order or enterprise than the case it was sent to.",
        "单证所载订单号或企业与目标清单不一致。",
        "Send it to the case of its own order.",
        "请发送至该订单对应的清单。",
        "RULEBOOK B.2, M01",
    ),
    "E_CUSTOMS_REFUSED": (
        "Customs refused this document.",
        "海关退回了该单证。",
        "Correct it as customs says and send it as a change (appType 2) with a later submission time.",
        "请按海关回执更正，并以变更（appType 2）和更晚的申报时间重新发送。",
        "RULEBOOK B.1, B.0.4",
    ),
    "E_UNDER_CONTROL": (
        "The list is under customs control; nothing may be changed, cancelled or returned.",
        "清单处于海关布控查验状态，不得修改、撤销或退货。",
        "Wait for the result of the inspection or of customs' decision.",
        "请等待查验结果或海关处理决定。",
        "RULEBOOK B.5",
    ),
    "E_HELD_BY_CUSTOMS": (
        "Customs holds the list; nothing may be changed, cancelled, returned or moved.",
        "海关已暂停该清单，不得修改、撤销、退货或移动货物。",
        "Wait until customs lets it go.",
        "请等待海关解除。",
        "RULEBOOK B.16",
    ),
    "E_NOT_FILED": (
        "The list is not filed with customs yet; there is nothing to modify.",
        "清单尚未向海关申报，无需修改。",
        "Hand in the corrected document as a change (appType 2).",
        "请以变更（appType 2）重新提交更正后的单证。",
        "RULEBOOK B.4",
    ),
    "E_OTHER_NUMBER": (
        "Customs gave this list another number.",
        "海关给予该清单的编号与所填不同。",
        "Take preNo and invtNo from customs' receipts of this list.",
        "请按该清单的海关回执填写 preNo 和 invtNo。",
        "RULEBOOK B.4, -621011",
    ),
    "E_CANCELLATION_OPEN": (
        "A cancellation of the list is with customs.",
        "该清单的撤销申请正在海关办理。",
        "Wait for customs' decision; if it refuses, apply for the return.",
        "请等待海关决定；如被退回，再申请退货。",
        "RULEBOOK B.4, B.8",
    ),
    "E_QTY_EXCEEDS": (
        "More would go back than was released and is not back or on its way back.",
        "退货数量超过放行后尚未退回且未在途的数量。",
        "Apply for no more than what is left of each line.",
        "请按每项剩余可退数量申请。",
        "RULEBOOK B.8",
    ),
    "E_REQUEST_USED": (
        "This request number was used for another return of the list.",
        "该请求编号已用于该清单的其他退货申请。",
        "Repeat a request exactly, or give another one a number of its own.",
        "重复请求须内容一致；其他申请请使用新的编号。",
        "DESIGN law 5",
    ),
    "E_TOO_MANY_RETURNS": (
        "No more returns of this list can be applied for by system.",
        "该清单的退货申请次数已达上限。",
        "Put what is left into one of the open returns, or settle it with customs directly.",
        "请并入在途退货，或直接与海关办理。",
        "docs/returns.md",
    ),
    "E_TOO_MANY_CHANGES": (
        "No more changes of this list can be applied for by system.",
        "该清单的改单、撤单申请次数已达上限。",
        "Customs has refused them so often: settle it with customs directly.",
        "请直接与海关办理。",
        "RULEBOOK B.4",
    ),
    "E_RETURN_WHOLE": (
        "This list was released under an earlier version; it is returned as a whole.",
        "该清单由旧版本放行，只能整单退货。",
        "Apply without naming lines.",
        "请不指定商品项提出整单退货。",
        "RULEBOOK B.8",
    ),
    "E_RETURN_OWN_CASE": (
        "Each return of this list is a case of its own.",
        "该清单的每次退货均为独立流程。",
        "Confirm the arrival to the return itself, by its number.",
        "请按退货编号向该退货流程确认运抵。",
        "RULEBOOK B.8",
    ),
    "E_NO_INSPECTION": (
        "No inspection with this number awaits anybody's presence.",
        "没有该编号的待到场查验。",
        "Take the number from the notice of inspection.",
        "请按查验通知上的编号填写。",
        "RULEBOOK B.5",
    ),
    "E_NO_LICENCE_WANTED": (
        "Customs did not ask for a licence for this list.",
        "海关未要求该清单补交许可证件。",
        "Wait for customs' decision.",
        "请等待海关处理决定。",
        "RULEBOOK B.5",
    ),
    "E_EXIT_NOT_RELEASED": (
        "The list is not released; its goods stay.",
        "清单尚未放行，货物不得离开。",
        "Wait for customs' release (800).",
        "请等待海关放行（800）。",
        "RULEBOOK B.5, B.6",
    ),
    "E_EXITED_BEFORE": (
        "The exit of these goods is on record already.",
        "该批货物已登记离区。",
        "Nothing is to be done.",
        "无需处理。",
        "RULEBOOK D-35",
    ),
    "E_ALREADY_RELEASED": (
        "The list is released; it can only be returned.",
        "清单已放行，只能办理退货。",
        "Ask for a return of the goods.",
        "请申请退货。",
        "RULEBOOK B.4, B.8",
    ),
    "E_NOT_RELEASED": (
        "The list is not released; there is nothing to return.",
        "清单尚未放行，不能办理退货。",
        "Before release, cancel the list instead.",
        "放行前请办理撤销。",
        "RULEBOOK B.8",
    ),
    "E_RETURN_LATE_APPLY": (
        "The 30 days for a return application are over; the tax stands.",
        "已超过放行之日起30日的退货申请期限，税款应照常缴纳。",
        "Settle with the buyer commercially; the goods may not come back by this route.",
        "请与消费者自行协商；货物不得以此渠道退回。",
        "RULEBOOK B.8, seed S2.4",
    ),
    "E_RETURN_OPEN": (
        "A return of this list is under way already.",
        "该清单已有退货申请。",
        "Wait for it to end.",
        "请等待其办结。",
        "RULEBOOK B.8",
    ),
    "E_NO_RETURN": (
        "No return was applied for.",
        "没有退货申请。",
        "Apply for the return first.",
        "请先提出退货申请。",
        "RULEBOOK B.8",
    ),
    "E_RETURN_LATE_ARRIVAL": (
        "The goods came back after the 45th day; the tax stands.",
        "货物未在放行之日起45日内运抵原区域，税款应照常缴纳。",
        "Settle with the buyer commercially.",
        "请与消费者自行协商。",
        "RULEBOOK B.8, seed S2.4",
    ),
    "E_ARRIVAL_IN_FUTURE": (
        "The arrival lies in the future.",
        "运抵时间晚于当前时间。",
        "State the instant at which the goods passed the gate.",
        "请填写货物进卡口的实际时间。",
        "RULEBOOK D-21",
    ),
    "E_ALREADY_ENDED": (
        "The case is over.",
        "该清单流程已结束。",
        "Look at its end state; after a rejection declare a corrected copy (next attempt).",
        "请查看最终状态；被退单后请以更正副本（下一次申报）重新申报。",
        "DESIGN §4",
    ),
    "E_ATTEMPT": (
        "A corrected copy needs an earlier attempt that ended without release.",
        "更正副本须以前一次申报已结束且未放行为前提。",
        "Declare as attempt 1, or wait until the earlier attempt ended as rejected, cancelled or match_failed.",
        "请以第1次申报提交，或等待前一次申报以退单、撤销或比对失败结束。",
        "DESIGN §4",
    ),
}


def refusal(code: str, *fields: tuple[str, str | None], owner: Role | None = None, texts: Texts = _TEXTS) -> Problem:
    """The problem for a code, with the fields and values it is about. Personal values must come masked."""
    message_en, message_zh, remedy_en, remedy_zh, reference = texts[code]
    return Problem(
        code=code,
        fields=tuple(FieldValue(field=name, value=value) for name, value in fields),
        owner=owner,
        message_en=message_en,
        message_zh=message_zh,
        remedy_en=remedy_en,
        remedy_zh=remedy_zh,
        reference=reference,
    )
