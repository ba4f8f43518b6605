"""The catalogue of reasons: every official code is in it, each told whole in both languages, none twice."""

import re
from collections import Counter

import pytest

from clearway.contracts.documents import DocumentKind
from clearway.contracts.parties import Role
from clearway.contracts.reasons import Again, Reason, ReasonKind
from clearway.messages.codes import rows
from clearway.messages.forms import FORM_BY_TYPE, FORMS
from clearway.messages.reasons import catalogue, every_meaning, meanings_of, reason_of
from clearway.messages.reasons.documents import document_type, receipt_type
from models.return_status import EFFECTS, Effect

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[a-z]{3}")
TWICE = {"-621027", "-625022"}
GROUPS = {
    "enterprise information": (),
    "order (311/303)": ("CEB311", "CEB303"),
    "payment (411)": ("CEB411",),
    "waybill (511)": ("CEB511",),
    "waybill status (513)": ("CEB513",),
    "inventory declaration (621)": ("CEB621",),
    "cancel application (623)": ("CEB623",),
    "return application (625)": ("CEB625",),
    "into-storage detail (711)": ("CEB711",),
}
EVERY = every_meaning()


def test_every_row_of_the_official_error_table_is_in_the_catalogue(official_errors: list[dict[str, str]]) -> None:
    assert len(official_errors) == 161
    kept = [meaning for meaning in catalogue.errors() if "table 7-2" in meaning.source]
    told = Counter((meaning.code, meaning.zh, meaning.types) for meaning in kept)
    assert told == Counter((row["code"], row["text_cn"], GROUPS[row["group"]]) for row in official_errors)


def test_two_official_codes_have_two_meanings_and_no_other_has() -> None:
    official = Counter(meaning.code for meaning in catalogue.errors() if not meaning.says)
    assert {code for code, times in official.items() if times > 1} == TWICE


def test_every_range_of_exports_is_in_the_catalogue(export_ranges: list[dict[str, str]]) -> None:
    told = {(each.numbers.start, each.numbers.stop - 1) for each in catalogue.ranges()}
    official = {(int(first), int(last)) for row in export_ranges for first, last in [re.findall(r"\d+", row["range"])]}
    assert len(official) == 37
    assert official <= told
    types = {each.types for each in catalogue.ranges() if (each.numbers.start, each.numbers.stop - 1) in official}
    assert types == {(), *(("CEB303",), ("CEB403",), ("CEB505",), ("CEB507",), ("CEB509",), ("CEB603",))} | {
        ("CEB605",),
        ("CEB607",),
        ("CEB701",),
    }


def test_ranges_of_one_message_do_not_overlap() -> None:
    for one in catalogue.ranges():
        for other in catalogue.ranges():
            if one is not other and one.types == other.types:
                assert one.numbers.stop <= other.numbers.start or other.numbers.stop <= one.numbers.start


def test_every_inner_code_that_was_seen_is_in_the_catalogue(seen_inner_codes: list[dict[str, str]]) -> None:
    assert seen_inner_codes
    for row in seen_inner_codes:
        (meaning,) = catalogue.inner()[row["code"]]
        assert row["desc_cn"] in ("?", meaning.zh)


def test_every_response_of_the_exchange_is_in_the_catalogue(exchange_codes: list[dict[str, str]]) -> None:
    assert exchange_codes
    ranges = {f"{each.numbers.start}-{each.numbers.stop - 1}" for each in catalogue.exchange_ranges()}
    assert {row["code"] for row in exchange_codes} == {*catalogue.exchange(), *ranges}


def test_every_status_of_the_code_table_is_in_the_catalogue() -> None:
    assert set(catalogue.statuses()) == set(rows("return_statuses"))


def test_the_whole_catalogue_holds_what_is_published() -> None:
    kinds = Counter(reason.kind for reason in EVERY)
    assert kinds[ReasonKind.ERROR] == 161 + 2
    assert kinds[ReasonKind.RANGE] == 37 + 1
    assert kinds[ReasonKind.INNER] == 11
    assert kinds[ReasonKind.EXCHANGE] == 16
    assert kinds[ReasonKind.STATUS] == len(rows("return_statuses")) + 2


@pytest.mark.parametrize("reason", EVERY, ids=lambda each: f"{each.kind}{each.code}")
def test_a_reason_is_told_whole_in_both_languages(reason: Reason) -> None:
    assert reason.known
    for chinese in (reason.cause_zh, reason.remedy_zh):
        assert CHINESE.search(chinese)
        assert "*" not in chinese
    for english in (reason.cause_en, reason.remedy_en):
        assert ENGLISH.search(english)
        assert not CHINESE.search(english)
    for text in (reason.cause_zh, reason.remedy_zh, reason.cause_en, reason.remedy_en):
        assert not re.search(r"[{}]|<br", text)
        assert text[-1] in ".。"
    assert reason.source
    assert reason.owner is not None or reason.again is Again.NOT_NEEDED


def test_no_meaning_stands_twice() -> None:
    told = Counter((each.code, each.cause_en, each.cause_zh, each.message_types, each.kind) for each in EVERY)
    assert [key for key, times in told.items() if times > 1] == []


@pytest.mark.parametrize("reason", EVERY, ids=lambda each: f"{each.kind}{each.code}")
def test_a_pointer_leads_to_a_field_that_there_is(reason: Reason) -> None:
    for pointer in reason.pointers:
        if pointer.element in ("Signature", "Data", "ReceiverId") or not reason.message_types:
            continue
        assert pointer.field, pointer


@pytest.mark.parametrize(
    "meaning", [each for each in catalogue.errors() if each.types and each.elements], ids=lambda each: each.code
)
def test_every_element_named_by_a_code_is_one_of_its_message(meaning: catalogue.Meaning) -> None:
    for document in meaning.types:
        told = [each for each in meanings_of(meaning.code, document) if each.kind is ReasonKind.ERROR]
        assert any(len(each.pointers) == len(meaning.elements) for each in told), (document, meaning.elements)


def test_every_remedy_is_used() -> None:
    used = {each.remedy_zh for each in EVERY}
    for name, remedy in catalogue.remedies().items():
        pattern = re.escape(remedy.zh).replace(re.escape("{zh}"), ".+")
        assert any(re.fullmatch(pattern, text) for text in used), name


def test_a_reason_asks_the_party_that_can_act() -> None:
    asked = {
        code: reason_of(about, code).owner
        for about, code in (
            ("CEB312", "-301002"),
            ("CEB412", "-401009"),
            ("CEB512", "-504011"),
            ("CEB622", "-621028"),
            ("CEB712", "-800001"),
            ("CEB622", "-621017"),
            ("CEB622", "-621018"),
        )
    }
    assert asked == {
        "-301002": Role.EBC,
        "-401009": Role.PAY,
        "-504011": Role.LOG,
        "-621028": Role.AGENT,
        "-800001": Role.SITE,
        "-621017": Role.CUS,
        "-621018": Role.EBC,
    }


@pytest.mark.parametrize("status", [each for each in EFFECTS if each.startswith("-")])
def test_the_catalogue_agrees_with_what_the_list_does_by_itself(status: str) -> None:
    """What the list sends again by itself can be sent again; what it takes for an answer needs nothing sent."""
    again = {Effect.RESEND: Again.LATER, Effect.ACCEPT: Again.NOT_NEEDED, Effect.NOTE: Again.NOT_NEEDED}
    assert [each.again for each in meanings_of(status)][:1] == [again[EFFECTS[status]]]


@pytest.mark.parametrize("form", [each for each in FORMS if each.by_customs], ids=lambda each: each.message_type)
def test_a_receipt_leads_to_the_document_it_answers(form: object) -> None:
    kind = getattr(form, "message_type", "")
    document = document_type(f"{kind}Message")
    if kind in ("CEB792", "CEB816", "CEB818", "CEB900"):
        assert document == kind
        return
    assert not FORM_BY_TYPE[document].by_customs
    assert receipt_type(document) == kind


def test_a_kind_of_document_is_a_message_type() -> None:
    assert [document_type(kind) for kind in DocumentKind] == ["CEB311", "CEB411", "CEB511", "CEB621"]
    assert (document_type("cancellation"), document_type("goods_return")) == ("CEB623", "CEB625")
    assert document_type("something") == "something"
