"""From status and text to reasons: by message type, by text where that decides, raw where nobody published anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.contracts.documents import ApplicationKind, DocumentKind
from clearway.contracts.parties import Role
from clearway.contracts.reasons import Again, ReasonKind
from clearway.messages.reasons import inner_codes, meanings_of, reason_of, reasons_of, unknown_codes
from clearway.messages.reasons.catalogue import errors

LIST, ORDER = DocumentKind.DECLARATION_LIST, DocumentKind.ORDER


@pytest.mark.parametrize(
    ("about", "status", "info", "told"),
    [
        ("CEB622", "-621027", "请确认表体gnum无重复！", "same item number"),
        ("CEB622", "-621027", "保存失败，请确认状态并刷新重试", "present state"),
        ("CEB626", "-625022", "退货申请单[T2026]已经申报过，请勿重复申报", "declared already"),
        ("CEB626", "-625022", "退货申请单[T2026]的申报状态不符合改单申报的条件", "does not permit a change"),
        ("CEB304", "-301010", "已存在相同编号的订单", "an order with this number"),
        ("CEB304", "-301010", "签名校验未通过", "signature"),
        ("CEB312", "-301008", "参数校验不通过，ebpCode", "failed customs' check"),
        ("CEB312", "-301008", "订单客户端协议发送方的senderId与传输节点dxpId信息不一致", "dxpId"),
    ],
)
def test_the_text_decides_between_meanings(about: str, status: str, info: str, told: str) -> None:
    (reason,) = reasons_of(about, status, info)
    assert told in reason.cause_en
    assert " Or: " not in reason.cause_en


@pytest.mark.parametrize("status", ["-621027", "-625022"])
@pytest.mark.parametrize("info", ["", "内容不明"])
def test_without_a_deciding_text_both_meanings_are_told(status: str, info: str) -> None:
    (reason,) = reasons_of("", status, info)
    assert len(meanings_of(status)) == 2
    assert reason.cause_en == " Or: ".join(each.cause_en for each in meanings_of(status))
    assert "或者：" in reason.remedy_zh


@pytest.mark.parametrize("meaning", [each for each in errors() if not each.says], ids=lambda each: each.code + each.zh)
def test_the_official_words_always_lead_to_their_own_meaning(meaning: object) -> None:
    code, zh, types, en = (getattr(meaning, name) for name in ("code", "zh", "types", "en"))
    reason = reason_of(types[0] if types else "CEB622", code, zh.replace("[*]", "[A-1]").replace("*", "某"))
    assert reason.cause_en.casefold() == f"{en}.".casefold()


def test_a_code_of_imports_and_exports_is_read_with_its_message() -> None:
    assert reason_of("CEB604", "-603500").kind is ReasonKind.RANGE
    assert reason_of("CEB624", "-623003").kind is ReasonKind.ERROR
    assert not reason_of("CEB604", "-621001").known
    assert reason_of("CEB506", "-504012").cause_en == (
        "The export waybill failed while it was processed; the text of the receipt says why."
    )
    assert "waybill already" in reason_of("CEB512", "-504012").cause_en


@pytest.mark.parametrize(
    ("number", "known"), [(601000, False), (601001, True), (605000, True), (605001, False), (609001, False)]
)
def test_a_range_ends_where_it_ends(number: int, known: bool) -> None:
    assert reason_of("CEB604", f"-{number}").known is known


def test_a_payment_that_a_list_lacks_is_told_as_the_payments_fault() -> None:
    reason = reason_of(LIST, "-401004", "[X]对应支付凭证查询不存在")
    assert reason.owner is Role.PAY
    assert reason.pointers[0].field == "payment.pay_transaction_id"


def test_every_inner_code_of_a_text_is_told() -> None:
    info = "[Code:1313;Desc:订购人购买超过年度限额,totalPrice：26,114.44 > limitPrice: 26,000;][Code:1322;Desc:不一致]"
    assert [each.code for each in inner_codes(info)] == ["1313", "1322"]
    reasons = reasons_of(LIST, "100", info)
    assert [each.code for each in reasons] == ["1313", "1322"]
    assert [each.owner for each in reasons] == [Role.EBC, Role.AGENT]
    assert "declaration_list.lines[].gnum" in [each.field for each in reasons[1].pointers]


@pytest.mark.parametrize(
    ("info", "found"),
    [
        ("[Code:2600;Desc:放行]", [("2600", "放行")]),
        ("[ code：1800；desc：逻辑校验通过 ]", [("1800", "逻辑校验通过")]),
        ("[Code:1313;Desc:买家[张*]超额]", [("1313", "买家[张*]超额")]),
        ("[Code:1313;Desc:没有结尾", [("1313", "没有结尾")]),
        ("[Code:1313]", [("1313", "")]),
        ("[Code:1;Desc:a][Code:1;Desc:b]", [("1", "a")]),
        ("新增申报成功[4CDE1CFD]", []),
        ("", []),
    ],
)
def test_inner_codes_are_found_as_customs_writes_them(info: str, found: list[tuple[str, str]]) -> None:
    assert [tuple(each) for each in inner_codes(info)] == found


@pytest.mark.parametrize(
    ("about", "status", "info", "unknown"),
    [
        (LIST, "-699999", "", ("-699999",)),
        (LIST, "100", "[Code:9999;Desc:某]", ("9999",)),
        (LIST, "100", "[Code:1313;Desc:超限][Code:9998;Desc:某]", ("9998",)),
        (LIST, "777", "", ("777",)),
        (LIST, "100", "", ()),
        (LIST, "100", "[Code:1313;Desc:超限]", ()),
        (LIST, "800", "[Code:2600;Desc:放行]", ()),
        (ORDER, "120", "", ()),
        ("DXP", "5000", "", ()),
        ("DXP", "12345", "", ("12345",)),
        ("DXP", "3998", "", ("3998",)),
    ],
)
def test_unknown_codes_are_kept_raw(about: str, status: str, info: str, unknown: tuple[str, ...]) -> None:
    assert unknown_codes(about, status, info) == unknown
    for reason in reasons_of(about, status, info):
        assert reason.known is (reason.code not in unknown)
        assert reason.remedy_en
        assert reason.remedy_zh


def test_what_is_no_number_is_kept_but_not_counted_by_its_words() -> None:
    assert reason_of(LIST, "张三").code == "张三"
    assert unknown_codes(LIST, "张三") == ("no number",)


def test_a_rejection_without_any_code_is_told_by_its_text() -> None:
    reason = reason_of(LIST, "100", "收件地址不详")
    assert reason.pointers[0].field == "declaration_list.consignee_address"
    assert reason.owner is Role.EBC
    assert reason_of(LIST, "100", "别的原因").cause_zh == "海关退单。"


def test_what_the_exchange_answers_is_read_with_its_own_list() -> None:
    assert reason_of("DXP", "1002").cause_en == "The envelope's signature has expired."
    assert reason_of("DXP", "3003").again is Again.LATER
    assert reason_of("DXP", "4000").known
    assert not reason_of("CEB622", "1002").known


def test_a_format_receipt_is_told_whatever_its_number() -> None:
    assert "could not be parsed" in reason_of("CEB900", "-42").cause_en
    assert reason_of("CEB900", "-42").again is Again.CORRECTED


@pytest.mark.parametrize("kind", [*DocumentKind, *ApplicationKind])
def test_a_kind_is_told_by_its_own_name(kind: DocumentKind | ApplicationKind) -> None:
    reason = reason_of(kind, "4")
    assert reason.again is Again.LATER
    assert "message" not in reason.remedy_en


@given(st.text(max_size=30), st.text(max_size=12), st.text(max_size=300))
def test_whatever_comes_has_a_reason_in_both_languages(about: str, status: str, info: str) -> None:
    for reason in reasons_of(about, status, info):
        assert reason.cause_en
        assert reason.cause_zh
        assert reason.remedy_en
        assert reason.remedy_zh
        assert len(reason.code) <= 20


def test_the_text_of_a_receipt_is_not_repeated_for_it_may_name_persons() -> None:
    info = "[Code:1313;Desc:张三 310101199001011234]"
    assert "张三" not in "".join(each.model_dump_json() for each in reasons_of(LIST, "100", info))
    assert "张三" not in reason_of(LIST, "-621018", "清单[X]中购买人[张三]已用购买额度").model_dump_json()
