"""Why a modification of a list, or a copy of one that failed, is refused: in both languages, with what to do."""

from clearway.contracts.parties import Role
from clearway.contracts.problems import Problem
from models.refusals import Texts, refusal

_TEXTS: Texts = {
    "E_NOTHING_CHANGED": (
        "The list says the same as the one customs has; there is nothing to modify.",
        "清单内容与已申报的相同，无需修改。",
        "Change what is to read otherwise, or leave the list as it is.",
        "请更正需要修改的内容，或保持清单不变。",
        "RULEBOOK B.4",
    ),
    "E_GUARANTEE_SHORT": (
        "The guarantee cannot secure the tax that the modification adds.",
        "担保额度不足以覆盖修改后增加的税款。",
        "Top the guarantee up, extend it or wait until lists before this one are served; then ask again.",
        "请增加担保额度、延长担保期限或等待在先清单办结后，重新申请修改。",
        "RULEBOOK B.4, B.9.2",
    ),
    "E_NOT_CORRECTABLE": (
        "Only a list that ended as rejected, cancelled or match_failed is declared again as a corrected copy.",
        "仅以退单、撤销或比对失败结束的清单可以更正副本重新申报。",
        "Look at its state; modify a list that is filed, correct the documents of one that is not.",
        "请查看清单状态：已申报的请申请修改，未申报的请更正单证。",
        "DESIGN §4; RULEBOOK B.4",
    ),
    "E_COPY_EXISTS": (
        "A corrected copy of this list was declared already.",
        "该清单的更正副本已申报。",
        "Follow the newest copy; if that failed too, draft from it by its attempt.",
        "请查看最新副本；如其也失败，请按其申报次数起草。",
        "DESIGN §4",
    ),
    "E_NOTHING_TO_COPY": (
        "The list itself was never handed in, so there is nothing to copy.",
        "未提交过清单，无法起草副本。",
        "Declare the list anew, as the next attempt.",
        "请以下一次申报重新提交清单。",
        "DESIGN §4",
    ),
    "E_NOT_FOUND": (
        "There is no such list.",
        "没有该清单。",
        "Check the enterprise's code, the order number and the attempt.",
        "请核对企业代码、订单号和申报次数。",
        "",
    ),
    "E_LIST_REFUSED": (
        "Customs refused this document.",
        "海关退回了该单证。",
        "Correct in the copy what customs names, then declare it.",
        "请按海关回执在副本中更正后申报。",
        "RULEBOOK B.0.4, B.4",
    ),
}


def declined(code: str, *fields: tuple[str, str | None], owner: Role | None = Role.EBC) -> Problem:
    """The problem for a code, with the fields and values it is about. Personal values must come masked."""
    return refusal(code, *fields, owner=owner, texts=_TEXTS)
