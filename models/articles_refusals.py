"""Whether something fits a List of Items as it stands, and why not: what validators and desk ask (RULEBOOK B.12)."""

from datetime import datetime

from clearway.contracts.articles import ArticlesOutcome, ArticlesState, ChooseDisposition, Disposition, SubmitArticles
from clearway.contracts.parties import Role
from clearway.contracts.problems import Problem
from models.articles_case import ArticlesCase
from models.refusals import Texts, refusal

_TEXTS: Texts = {
    "E_ARTICLES_SENDER": (
        "Only the declarant may hand in a List of Items: the individual (IND), or a registered logistics or postal"
        " enterprise entrusted with it.",
        "物品清单只能由申报人提交：个人（IND），或受其委托并已注册登记的物流、邮政企业。",
        "Send with the declarant's own code.",
        "请使用申报人自己的代码发送。",
        "RULEBOOK B.12, B.0.3",
    ),
    "E_ARTICLES_OTHER_KEY": (
        "The list names another declarant or number than the one it was sent to.",
        "物品清单所载申报人或编号与目标清单不一致。",
        "Send it under its own declarant and number.",
        "请按其自身的申报人和编号发送。",
        "RULEBOOK B.12",
    ),
    "E_DUPLICATE": (
        "A list with this number stands judged, with other content.",
        "相同编号的物品清单已通过审核，且内容不同。",
        "For another parcel use another number; this list can no longer be corrected.",
        "如为另一包裹，请使用新的编号；本清单已不能更正。",
        "RULEBOOK B.12, B.1",
    ),
    "E_OLDER_VERSION": (
        "A later version of this list is on file already.",
        "已存在更新版本的物品清单。",
        "Send the correction with a submission time after the one on file.",
        "请使用晚于现有版本的提交时间发送更正。",
        "RULEBOOK B.12, B.1",
    ),
    "E_NO_ARTICLES": (
        "No List of Items that could be taken is on file yet.",
        "尚无可受理的物品清单。",
        "Hand in the list first; it may carry the approval.",
        "请先提交物品清单；批准文件可随清单一并提交。",
        "RULEBOOK B.12",
    ),
    "E_NO_APPROVAL_AWAITED": (
        "No approval is awaited.",
        "目前无需提交批准文件。",
        "Look at the list; nothing has to be handed in.",
        "请查看清单状态；无需提交任何文件。",
        "RULEBOOK B.12",
    ),
    "E_ARTICLES_TOO_LATE": (
        "The time to mend what is in the way is over; the parcel is returned.",
        "补正期限已过，包裹将予退运。",
        "Declare a new parcel under a new number.",
        "请以新的编号申报新的包裹。",
        "RULEBOOK B.12",
    ),
    "E_ALREADY_ENDED": (
        "This List of Items is over.",
        "该物品清单流程已结束。",
        "Look at its end; for another parcel use another number.",
        "请查看最终状态；如为另一包裹，请使用新的编号。",
        "RULEBOOK B.12",
    ),
    "E_NOTHING_TO_DISPOSE_OF": (
        "Nothing stands in the way of this list, so nothing has to be chosen.",
        "该物品清单可正常通关，无需选择处置方式。",
        "Wait for customs' decision.",
        "请等待海关决定。",
        "RULEBOOK B.12",
    ),
    "E_DISPOSITION": (
        "This is not offered for what stands in the way of the list.",
        "就目前情形不能选择该处置方式。",
        "Choose one of the dispositions offered.",
        "请选择所列的处置方式之一。",
        "RULEBOOK B.12",
    ),
    "E_PAYMENT_UNDER_WAY": (
        "The tax is being paid this moment.",
        "税款正在缴纳中。",
        "Look at the list again when the bank has answered.",
        "请在银行答复后再查看清单。",
        "RULEBOOK B.12",
    ),
}
OFFERED = {
    ArticlesOutcome.OVER_LIMIT: (Disposition.RETURNED, Disposition.TO_GOODS),
    ArticlesOutcome.APPROVAL_PENDING: (Disposition.RETURNED, Disposition.ABANDONED),
    ArticlesOutcome.REFUSED: (Disposition.RETURNED, Disposition.ABANDONED),
}
"""What may be chosen, by what is in the way (RULEBOOK B.12, Failures)."""
WHILE_UNPAID = (Disposition.RETURNED, Disposition.ABANDONED)


def declined(code: str, *fields: tuple[str, str | None], owner: Role | None = Role.IND) -> Problem:
    """The problem for a code, with the fields and values it is about. Personal values must come masked."""
    return refusal(code, *fields, owner=owner, texts=_TEXTS)


def refuse_ended(case: ArticlesCase, now: datetime) -> Problem | None:
    """A list that is over takes nothing more, nor does one whose time to mend it is over."""
    if case.over:
        return declined("E_ALREADY_ENDED", ("state", case.state))
    if case.wait_until and now >= case.wait_until:
        return declined("E_ARTICLES_TOO_LATE", ("now", now.isoformat()), ("wait_until", case.wait_until.isoformat()))
    return None


def refuse_submission(case: ArticlesCase, request: SubmitArticles, now: datetime) -> Problem | None:
    """A list goes to its own workflow, in time."""
    articles = request.articles
    if (articles.declarant_code, articles.list_no) != (case.key.declarant_code, case.key.list_no):
        return declined(
            "E_ARTICLES_OTHER_KEY",
            ("articles.declarant_code", articles.declarant_code),
            ("articles.list_no", articles.list_no),
        )
    return refuse_ended(case, now)


def refuse_approval(case: ArticlesCase, now: datetime) -> Problem | None:
    """An approval belongs to a list that is on file; whether it is awaited, the desk sees."""
    if not case.over and case.state is ArticlesState.DRAFT:
        return declined("E_NO_ARTICLES", ("state", case.state))
    return refuse_ended(case, now)


def refuse_disposition(case: ArticlesCase, request: ChooseDisposition, now: datetime) -> Problem | None:
    """What is offered depends on what is in the way; nothing is offered for a list that can pass."""
    if ended := refuse_ended(case, now):
        return ended
    if case.paying:
        return declined("E_PAYMENT_UNDER_WAY", ("state", case.state))
    unpaid = case.state is ArticlesState.TAX_ASSESSED
    if case.judgement is None or not (case.in_the_way or unpaid):
        return declined("E_NOTHING_TO_DISPOSE_OF", ("state", case.state))
    offered = OFFERED[case.in_the_way] if case.in_the_way else WHILE_UNPAID
    if request.disposition in offered:
        return None
    return declined("E_DISPOSITION", ("disposition", request.disposition), ("offered", ", ".join(offered)))
