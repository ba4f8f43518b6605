"""The whole judgement, by the law cases of judgement.yaml; no valid documents make it fail."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.contracts.facts import IdentityOutcome
from clearway.rules.documents import check_document
from clearway.rules.judgement import judge
from tests.rules.law_cases import cases, judge_case, matching_facts, papers, told

AMOUNTS = st.one_of(
    st.sampled_from(["0", "0.00001", "318.21", "99999999999999.99999"]),
    st.decimals("0", "99999999999999", places=5),
)
DAYS = st.one_of(st.dates(), st.dates(date(2014, 1, 1), date(2030, 1, 1)))
CODES = st.sampled_from(["9610", "1210", "1239", "9999"])
HS_CODES = st.sampled_from(
    ["3304990099", "2203000000", "2208909099", "1509200000", "1701991090", "4203100090", "1211201000", "0000000000"]
)
UNITS = st.sampled_from(["007", "035", "036", "020", "095", "096", "999"])
TEXTS = st.text(min_size=1, max_size=18).filter(lambda text: text.strip() != "")
NUMBERS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=18).filter(
    lambda text: text.strip() != ""
)
MOMENTS = st.dates(date(1, 1, 2), date(9999, 12, 30)).map(lambda day: f"{day.isoformat()}T12:00:00+08:00")

CHANGES = st.fixed_dictionaries(
    {},
    optional={
        **{f"declaration_list.{field}": AMOUNTS for field in ("freight", "insured_fee", "gross_weight", "net_weight")},
        **{f"declaration_list.lines[0].{field}": AMOUNTS for field in ("qty", "qty1", "qty2", "price", "total_price")},
        **{f"order.{field}": AMOUNTS for field in ("goods_value", "freight", "discount", "tax_total", "actual_paid")},
        "payment.amount_paid": AMOUNTS,
        "payment.allocations": st.lists(
            st.fixed_dictionaries({"order_no": st.just("CW20260310-0001") | TEXTS, "amount": AMOUNTS}), max_size=3
        ),
        "payment.pay_time": MOMENTS,
        "order.app_time": MOMENTS,
        "declaration_list.declared_on": DAYS,
        "declaration_list.trade_mode": CODES,
        "declaration_list.customs_code": st.sampled_from(["2218", "3115", "9999"]),
        "declaration_list.license_no": st.none() | TEXTS,
        "declaration_list.lines[0].gnum": st.integers(-1, 3),
        "declaration_list.lines[0].hs_code": HS_CODES,
        "declaration_list.lines[0].unit1": UNITS,
        "declaration_list.lines[0].unit2": st.none() | UNITS,
        "declaration_list.buyer_id_number": TEXTS | st.text("0123456789X", min_size=18, max_size=18),
        "waybill.consignee": TEXTS,
        "waybill.consignee_telephone": TEXTS,
        "order.order_no": NUMBERS,
        "order.buyer_name": TEXTS,
        "order.waybill_no": st.none() | TEXTS,
    },
)


@pytest.mark.parametrize("case", cases("judgement.yaml"))
def test_a_list_is_judged_whole(case: dict[str, Any]) -> None:
    judgement = judge_case(case)
    assert judgement.matched is case["matched"]
    assert sorted(told(judgement.problems)) == sorted(case["problems"])
    assert told(judgement.warnings) == case.get("warnings", [])
    assert (judgement.limits.treatment if judgement.limits else None) == case.get("treatment")
    assert (str(judgement.tax.total) if judgement.tax else None) == case.get("tax")
    assert judgement.profile == case.get("profile", "SEED")


@settings(max_examples=150, deadline=None)
@given(
    changes=CHANGES,
    identity=st.sampled_from(IdentityOutcome),
    used=st.decimals("0", "99999999999999", places=2),
)
def test_no_valid_documents_make_a_judgement_fail(
    changes: dict[str, Any], identity: IdentityOutcome, used: Decimal
) -> None:
    documents = papers(changes)
    judgement = judge(*documents, matching_facts(identity=identity), used, profile="SEED")
    assert judgement.matched is (judgement.problems == ())
    for document in documents:
        check_document(document)


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown rule profile 'LAW_1999'"):
        judge_case({"profile": "LAW_1999"})


def test_the_snapshot_changes_with_any_document_and_not_with_its_envelope() -> None:
    first = judge_case({}).snapshot
    assert judge_case({"given": {"payment.guid": "F" * 36, "order.app_type": "2"}}).snapshot == first
    assert judge_case({"given": {"waybill.goods_info": "面霜"}}).snapshot != first
