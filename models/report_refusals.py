"""Why a suspicion report is not taken (RULEBOOK B.16). No refusal repeats a value: it would name the reporter."""

from clearway.contracts.parties import Role
from clearway.contracts.problems import Problem
from models.refusals import Texts, refusal

_TEXTS: Texts = {
    "E_REPORTER_UNKNOWN": (
        "The reporter is not registered with customs, or its registration is suspended or over.",
        "举报人未在海关注册登记，或者登记已暂停、失效。",
        "Report with the code of a registered party; anybody else reports to customs directly.",
        "请使用已注册登记的代码提交；其他人员请直接向海关举报。",
        "RULEBOOK B.16, B.0.3; seed S0.11",
    ),
    "E_REPORT_SENDER": (
        "A report is handed in by its reporter alone, in nobody else's name.",
        "举报只能由举报人本人提交，不得代为提交。",
        "Send it with the reporter's own code, on behalf of nobody.",
        "请使用举报人自己的代码发送，不得填写被代理人。",
        "RULEBOOK B.16",
    ),
    "E_REPORT_IN_FUTURE": (
        "The report is dated later than it was handed in.",
        "举报时间晚于提交时间。",
        "State the instant at which it was written.",
        "请填写实际的举报时间。",
        "RULEBOOK B.16",
    ),
    "E_REPORT_OTHER_KEY": (
        "The report is another one than that to which it was sent.",
        "举报内容与目标举报编号不一致。",
        "Send it under the hash of its own reporter and number.",
        "请按其自身的举报人和编号发送。",
        "RULEBOOK B.16",
    ),
    "E_DUPLICATE": (
        "A report with this number is on file with other content.",
        "相同编号的举报已存在，且内容不同。",
        "What is on file stands; report what is new under a new number.",
        "已提交的举报不变；如有新的情况，请使用新的编号提交。",
        "RULEBOOK B.16, DESIGN law 5",
    ),
}


def declined(code: str, *fields: str, owner: Role | None = None) -> Problem:
    """The problem for a code, with the fields it is about and without their values."""
    return refusal(code, *((field, None) for field in fields), owner=owner, texts=_TEXTS)
