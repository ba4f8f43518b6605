"""What is odd about a message and does not keep it from being read: names misspelt, parts too many (REFERENCE §11)."""

from clearway.contracts.problems import FieldValue, Problem, Severity
from clearway.messages.faults import problem
from clearway.messages.form import NAMESPACE, Form

MISSPELT: dict[str, str] = {
    "actualPaid": "acturalPaid",
    "consigneeDitrict": "consigneeDistrict",
    "consingee": "consignee",
    "agengName": "agentName",
    "declagAgentCode": "declAgentCode",
    "logisticNo": "logisticsNo",
    "InvtRefound": "InvtRefund",
    "InvtRefoundHead": "InvtRefundHead",
    "InvtRefoundList": "InvtRefundList",
    "InvtRefoundReturn": "InvtRefundReturn",
}
"""How the specification's text spells an element → how its schema, and so the wire, does."""


def _odd(code: str, message: tuple[str, str], remedy: tuple[str, str], pointer: str) -> Problem:
    told = problem(code, message, remedy, fields=(FieldValue(field=pointer),), reference="REFERENCE §11")
    return told.model_copy(update={"severity": Severity.WARNING})


def misspelt(pointer: str, given: str, line: int) -> Problem:
    """An element whose name the specification's text has, and its schema has not."""
    right = MISSPELT[given]
    return _odd(
        "W_MISSPELT",
        (f"`{given}` is read as `{right}` (line {line})", f"{given} 按 {right} 读取（第 {line} 行）"),
        (f"Write `{right}`", f"请写作 {right}"),
        pointer,
    )


def other_root(form: Form, given: str) -> Problem:
    """A root element without `Message` at its end."""
    return _odd(
        "W_ROOT",
        (f"the root element is `{given}` instead of `{form.root}`", f"根元素为 {given}，应为 {form.root}"),
        (f"Name the root element `{form.root}`", f"请将根元素命名为 {form.root}"),
        given,
    )


def other_namespace(given: str | None) -> Problem:
    """A root element outside customs' namespace."""
    told = (given or "")[:60]
    english = f"the message is in the namespace `{told}`" if told else "the message is in no namespace"
    chinese = f"报文的命名空间为 {told}" if told else "报文没有命名空间"
    return _odd(
        "W_NAMESPACE", (english, chinese), (f"Use the namespace {NAMESPACE}", f"请使用命名空间 {NAMESPACE}"), "@xmlns"
    )


def too_many(name: str, count: int, most: int) -> Problem:
    """A part that stands more often than it may; the first ones count."""
    return _odd(
        "W_REPEATED",
        (f"`{name}` stands {count} times; only the first {most} count", f"{name} 出现 {count} 次，仅取前 {most} 个"),
        (f"Give at most {most}", f"最多 {most} 个"),
        name,
    )


def not_kept(name: str) -> Problem:
    """A part that cannot be told as XML of its own."""
    return _odd(
        "W_NOT_KEPT",
        (
            f"`{name[:60]}` has a namespace that no canonical XML can have; it is left out",
            f"{name[:60]} 的命名空间无效，未保留",
        ),
        ("Use an absolute namespace", "请使用绝对的命名空间"),
        name[:60],
    )
