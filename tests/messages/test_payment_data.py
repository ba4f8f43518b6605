"""The texts of Announcement 179: cut out, kept and signed exactly as they were written."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.contracts.parties import Role
from clearway.messages import MessageRefused
from clearway.messages.payment_data import (
    UNSIGNED,
    compact,
    read_deposit,
    read_question,
    read_upload,
    write_upload,
)
from clearway.messages.signatures import KeyKind, KeyPool, Sm2PublicKey, TrustedKey, new_key
from tests.messages.signatures.conftest import vectors

__all__ = ["vectors"]

HEAD = (
    '{"guid":"G-1","initalRequest":"<a>张三</a>","initalResponse":"<b/>","ebpCode":"3301960P01",'
    '"payCode":"3301960Y01","payTransactionId":"PAY1","totalAmount":5.0,"currency":"142","verDept":"3",'
    '"payType":"4","tradingTime":"20260310101500","note":""}'
)
LISTS = (
    '[{"orderNo":"CW1","goodsInfo":[{"gname":"面膜","itemLink":"http://shop/1"}],'
    '"recpAccount":"A-1","recpCode":"R-1","recpName":"某某公司"}]'
)
BODY = f'{{"payExchangeInfoHead":{HEAD},"payExchangeInfoLists":{LISTS}}}'


def fields(body: str | bytes) -> list[str]:
    with pytest.raises(MessageRefused) as refused:
        read_deposit(body if isinstance(body, bytes) else body.encode())
    return [problem.fields[0].field for problem in refused.value.problems]


def changed(**values: Any) -> str:
    """The deposit with fields of its head set, or left out where they are None."""
    head = json.loads(HEAD) | values
    told = {name: value for name, value in head.items() if value is not None}
    return f'{{"payExchangeInfoHead":{json.dumps(told)},"payExchangeInfoLists":{LISTS}}}'


def test_the_published_sample_is_read_and_its_signature_holds(vectors: dict[str, Any]) -> None:
    vector = vectors["sm2-announcement179"]
    upload = read_upload(vector["payExInfoStr"])
    assert upload.text == vector["signed_string_utf8"]
    point = (int(vector["sm2_pub_x_hex"], 16), int(vector["sm2_pub_y_hex"], 16))
    key = TrustedKey(vector["certNo"], "46016602EV", frozenset({Role.EBP}), Sm2PublicKey(point))
    assert upload.verify({key.key_name: key}.get) is key
    again = write_upload(
        upload.session_id,
        upload.deposit.head,
        upload.deposit.lists,
        int(upload.service_time),
        lambda _: (upload.cert_no, upload.sign_value),
    )
    assert again == vector["payExInfoStr"]


def test_one_changed_character_breaks_the_signature() -> None:
    key = new_key(KeyKind.SM2).named("0001", None)
    on_file = {"0001": TrustedKey("0001", "3301960P01", frozenset({Role.EBP}), key.public_key)}
    text = write_upload("S-1", HEAD, LISTS, 1773108900000, KeyPool([key]).sign_text)
    assert read_upload(text).verify(on_file.get).key_name == "0001"
    for old, new in (("5.0", "5.00"), ("CW1", "CW2"), ("1773108900000", "1773108900001"), ("S-1", "S-2")):
        with pytest.raises(MessageRefused):
            read_upload(text.replace(old, new)).verify(on_file.get)


def test_without_a_key_the_upload_says_that_it_is_unsigned() -> None:
    upload = read_upload(write_upload("S-1", HEAD, LISTS, 1, None))
    assert (upload.cert_no, upload.sign_value) == UNSIGNED


def test_the_texts_are_kept_as_written_without_blanks_between_signs() -> None:
    pretty = json.dumps(json.loads(BODY), ensure_ascii=False, indent=2).replace('"A-1"', '"A \\u0031\\" : , 1"')
    read = read_deposit(b"\xef\xbb\xbf" + pretty.encode())
    assert read.head == HEAD
    assert read.lists == LISTS.replace('"A-1"', '"A \\u0031\\" : , 1"')
    assert read.data.orders[0].receiver_account == 'A 1" : , 1'


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_dropping_blanks_changes_no_value(value: Any) -> None:
    tight = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert compact(json.dumps(value, ensure_ascii=False, indent=3)) == tight


@pytest.mark.parametrize("form", ["5", "5.0", "5.00", "1.0E7", '"5.00"', "0", "99999999999999.99999"])
def test_an_amount_stays_in_the_form_in_which_it_was_written(form: str) -> None:
    body = BODY.replace("5.0", form)
    assert f'"totalAmount":{form},' in read_deposit(body.encode()).head


def test_everything_wrong_is_told_at_once() -> None:
    body = changed(guid="g", totalAmount=-1, verDept="4", tradingTime="2026", currency=None, more=1)
    assert fields(body) == [
        f"payExchangeInfoHead.{name}" for name in ("guid", "totalAmount", "currency", "verDept", "tradingTime", "more")
    ]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("", ["body"]),
        ("[]", ["body"]),
        ("{", ["body"]),
        ("[" * 100_000, ["body"]),
        (b"\xff\xfe{}", ["body"]),
        ('{"a": NaN}', ["body"]),
        ('{"a": ' + "9" * 5000 + "}", ["body"]),
        ("{}", ["payExchangeInfoHead", "payExchangeInfoLists"]),
        (BODY.replace("payExchangeInfoLists", "payExchangeInfoList"), ["payExchangeInfoList", "payExchangeInfoLists"]),
        (BODY.replace('"note":""', '"guid":"G-1"'), ["guid"]),
        (BODY.replace(LISTS, "[]"), ["payExchangeInfoLists"]),
        (BODY.replace(LISTS, f"[{LISTS[1:-1]},{LISTS[1:-1]}]"), ["payExchangeInfoLists"]),
        (
            BODY.replace('"orderNo"', '"order_no"'),
            ["payExchangeInfoLists[0].orderNo", "payExchangeInfoLists[0].order_no"],
        ),
        (BODY.replace("5.0", "1e400"), ["payExchangeInfoHead.totalAmount"]),
        (BODY.replace("5.0", "0.000001"), ["payExchangeInfoHead.totalAmount"]),
        (changed(initalRequest="x" * 8001), ["payExchangeInfoHead.initalRequest"]),
        (changed(note="x" * 1001), ["payExchangeInfoHead.note"]),
        (changed(ebpCode="a\nb"), ["payExchangeInfoHead.ebpCode"]),
    ],
)
def test_what_is_no_deposit_is_refused_where_it_is_wrong(body: str | bytes, told: list[str]) -> None:
    assert fields(body) == told


@pytest.mark.parametrize(
    "body",
    [
        "{" + ",".join(f'"k{number}":1' for number in range(100_000)) + ',"k99999":2}',
        '{"payExchangeInfoHead":{' + ",".join(f'"k{n}":1' for n in range(300)) + '},"payExchangeInfoLists":[]}',
        '{"payExchangeInfoHead":{},"payExchangeInfoLists":[' + ",".join("0" * 9_000) + "]}",
        '{"payExchangeInfoHead":{},"payExchangeInfoLists":[' + ",".join("0" * 100_000) + "]}",
        '{"payExchangeInfoHead":{},"payExchangeInfoLists":[{"goodsInfo":[' + ",".join("0" * 100_000) + "]}]}",
    ],
    ids=["twice", "members", "faults", "orders", "articles"],
)
def test_thousands_of_faults_are_told_in_short(body: str) -> None:
    with pytest.raises(MessageRefused) as refused:
        read_deposit(body.encode())
    assert 1 <= len(refused.value.problems) <= 1001


def test_a_refusal_repeats_nothing_of_the_data() -> None:
    with pytest.raises(MessageRefused) as refused:
        read_deposit(changed(initalRequest="张三" * 4001, guid="张三x").encode())
    assert "张三" not in str([problem.model_dump() for problem in refused.value.problems])


def test_a_question_is_read_and_further_fields_do_not_matter() -> None:
    asked = read_question('{"orderNo":"CW1","sessionID":"S-1","serviceTime":1544519952469,"more":1}')
    assert (asked.order_no, asked.session_id, asked.service_time) == ("CW1", "S-1", 1544519952469)
    assert read_question('{"orderNo":"CW1","sessionID":"S-1","serviceTime":"1544519952469"}') == asked


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ["body"]),
        ("null", ["body"]),
        ("{}", ["orderNo", "sessionID", "serviceTime"]),
        ('{"orderNo":"","sessionID":"' + "S" * 65 + '","serviceTime":-1}', ["orderNo", "sessionID", "serviceTime"]),
        ('{"orderNo":"a\\nb","sessionID":1,"serviceTime":"soon"}', ["orderNo", "sessionID", "serviceTime"]),
        ("x" * 10_001, ["body"]),
    ],
)
def test_what_is_no_question_is_refused_where_it_is_wrong(text: str, told: list[str]) -> None:
    with pytest.raises(MessageRefused) as refused:
        read_question(text)
    assert [problem.fields[0].field for problem in refused.value.problems] == told


@pytest.mark.parametrize("left_out", ["sessionID", "serviceTime", "certNo", "signValue", "payExchangeInfoHead"])
def test_an_upload_that_lacks_a_part_is_refused(left_out: str) -> None:
    text = write_upload("S-1", HEAD, LISTS, 1, None)
    with pytest.raises(MessageRefused, match=left_out):
        read_upload(text.replace(f'"{left_out}":', f'"not{left_out}":'))


@given(st.text() | st.binary())
def test_whatever_is_deposited_is_read_or_refused(body: str | bytes) -> None:
    with pytest.raises(MessageRefused):
        read_deposit(body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass"))
