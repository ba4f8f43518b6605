"""Payloads leave out what is null, and whoever reads them finds it null."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from types import ModuleType
from typing import get_args

import pytest
from temporalio.contrib.pydantic import pydantic_data_converter

import clearway.contracts
import models
from clearway.contracts.base import Contract
from clearway.contracts.case import DeclareList
from clearway.contracts.facts import LimitDecision, RuleUse, Treatment
from clearway.contracts.parties import Sender
from clearway.payloads import DATA_CONVERTER, PayloadConverter
from clearway.testing import sample_set


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if "migrations" not in each.name:
            yield importlib.import_module(each.name)


def _nullable() -> list[tuple[type[Contract], str]]:
    """Every field that may be null of whatever is an argument or a result of a workflow, or a part of one."""
    loaded = [*_modules(clearway.contracts), *(each for each in _modules(models) if each.__name__.endswith("work"))]
    contracts = {
        each
        for module in loaded
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Contract)
    }
    return [
        (each, name)
        for each in sorted(contracts, key=lambda each: each.__qualname__)
        for name, field in each.model_fields.items()
        if type(None) in get_args(field.annotation)
    ]


def test_whatever_may_be_null_is_null_where_nothing_is_said() -> None:
    nullable = _nullable()
    assert len(nullable) > 100
    others = [f"{each.__qualname__}.{name}" for each, name in nullable if each.model_fields[name].default is not None]
    assert others == []


@pytest.mark.parametrize("value", [None, "", 7, [None, 1], {"a": None}, ["x"]], ids=repr)
def test_values_that_are_no_contracts_keep_their_nulls(value: object) -> None:
    [payload] = PayloadConverter().to_payloads([value])
    assert PayloadConverter().from_payloads([payload]) == [value]


def test_a_list_is_read_back_as_it_was_with_or_without_its_nulls() -> None:
    sample = sample_set("P1", at=datetime(2026, 3, 10, 8, 30, tzinfo=UTC))
    request = DeclareList(
        declaration_list=sample.declaration_list,
        sender=Sender(code=sample.declaration_list.agent_code),
        documents=sample.transmissions,
    )
    ours, plain = DATA_CONVERTER.payload_converter, pydantic_data_converter.payload_converter
    [brief], [whole] = ours.to_payloads([request]), plain.to_payloads([request])
    assert "null" not in brief.data.decode()
    assert len(brief.data) < 0.9 * len(whole.data)
    for payload in (brief, whole):
        assert ours.from_payloads([payload], [DeclareList]) == [request]
        assert plain.from_payloads([payload], [DeclareList]) == [request]
    assert json.loads(brief.data)["declaration_list"]["order_no"] == "P1"


def test_equal_rules_are_kept_in_memory_once_and_others_are_not_taken_for_them() -> None:
    def decision(value: str) -> LimitDecision:
        rule = RuleUse(rule="limits.single", value=value, reference="RULEBOOK B.3")
        amounts = dict.fromkeys(("taxable_price", "single_limit", "annual_limit", "used_before"), Decimal(1))
        made = LimitDecision(regime="T-CBEC-2018", treatment=Treatment.IN_QUOTA, rules=(rule,), **amounts)
        return LimitDecision.model_validate_json(made.model_dump_json())

    assert decision("5000.00").rules is decision("5000.00").rules
    assert [each.value for each in decision("2000.00").rules] == ["2000.00"]


def test_every_list_shares_what_pydantic_has_prepared() -> None:
    assert PayloadConverter().converters == PayloadConverter().converters


def test_names_of_given_fields_are_kept_once_and_a_changed_copy_has_its_own() -> None:
    first, second = Sender(code="1", on_behalf_of="A"), Sender(code="2", on_behalf_of="B")
    assert first.model_fields_set is second.model_fields_set
    changed = Sender(code="3").model_copy(update={"on_behalf_of": "C"})
    assert changed.model_fields_set == {"code", "on_behalf_of"}
    assert Sender(code="4").model_fields_set == {"code"}
