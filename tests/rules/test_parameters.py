"""Parameter files: dated, cited, quoted; refused with one clear error otherwise."""

import shutil
from datetime import date, timedelta
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from clearway.contracts.documents import DeclarationLine, DeclarationList
from clearway.rules.parameters import NoRuleInForce, ParameterError, Parameters, load_parameters, parameters
from clearway.rules.tables import ConsumptionTax, Goods, TradeMode, Unit

CHANGES = [
    ("limits.single", "2019-01-01", "2000.00", "5000.00"),
    ("limits.annual", "2019-01-01", "20000.00", "26000.00"),
    ("vat.standard", "2018-05-01", "0.17", "0.16"),
    ("vat.standard", "2019-04-01", "0.16", "0.13"),
    ("vat.reduced", "2018-05-01", "0.11", "0.10"),
    ("vat.reduced", "2019-04-01", "0.10", "0.09"),
    ("returns.arrive_days", "2020-03-28", "30", "45"),
    ("returns.apply_days", "2020-03-28", "30", "30"),
]

ENTRY = """
{rule}:
  description: a test
  unit: {unit}
  reference: none
  values: {values}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    with as_file(files("clearway.rules") / "parameters") as source:
        shutil.copytree(source, tmp_path / "parameters")
    return tmp_path / "parameters"


def add(root: Path, values: str, *, rule: str = "test.rule", unit: str = "CNY", more: str = "") -> None:
    (root / "numbers" / "test.yaml").write_text(ENTRY.format(rule=rule, unit=unit, values=values) + more, "utf-8")


@pytest.mark.parametrize(("rule", "first_day", "before", "after"), CHANGES)
def test_a_value_changes_on_its_day(rule: str, first_day: str, before: str, after: str) -> None:
    day = date.fromisoformat(first_day)
    assert str(parameters().value(rule, on=day - timedelta(days=1)).value) == before
    changed = parameters().value(rule, on=day)
    assert (str(changed.value), changed.effective_from) == (after, day)


@pytest.mark.parametrize("profile", ["SEED", "LAW_2026"])
def test_both_profiles_have_every_value(profile: str) -> None:
    day = date(2026, 3, 10)
    for rule in parameters().numbers:
        assert parameters().value(rule, on=day, profile=profile).reference
    for rule in parameters().texts:
        assert parameters().text(rule, on=day, profile=profile).reference


def test_a_value_is_recorded_with_its_source() -> None:
    use = parameters().value("tax.quota_factor", on=date(2026, 3, 10)).as_rule_use()
    assert use.model_dump(mode="json") == {
        "rule": "tax.quota_factor",
        "value": "0.70",
        "effective_from": "2016-04-08",
        "reference": "RULEBOOK B.9.1; 财关税[2016]18",
    }


def test_before_its_first_day_a_rule_is_not_in_force() -> None:
    with pytest.raises(NoRuleInForce, match=r"no value of limits\.single is in force on 2016-04-07"):
        parameters().value("limits.single", on=date(2016, 4, 7))


def test_after_its_last_day_a_rule_is_not_in_force(root: Path) -> None:
    add(root, '[{from: 2020-01-01, to: 2020-12-31, value: "1"}]')
    series = load_parameters(root).numbers["test.rule"]
    assert str(series.value_on(date(2020, 12, 31)).value) == "1"
    with pytest.raises(NoRuleInForce, match="2021-01-01"):
        series.value_on(date(2021, 1, 1))


def test_a_profile_overrides_from_its_own_first_day(root: Path) -> None:
    add(
        root,
        '[{from: 2020-01-01, value: "10"}]',
        more='  profiles: {LAW_2026: [{from: 2024-12-15, value: "15"}]}\n',
    )
    loaded: Parameters = load_parameters(root)
    day = date(2024, 12, 15)
    assert str(loaded.value("test.rule", on=day, profile="SEED").value) == "10"
    assert str(loaded.value("test.rule", on=day, profile="LAW_2026").value) == "15"
    assert str(loaded.value("test.rule", on=day - timedelta(days=1), profile="LAW_2026").value) == "10"


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown rule profile 'x'"):
        parameters().value("limits.single", on=date(2026, 1, 1), profile="x")


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        (
            "[{from: 2020-01-01, value: 5000}]",
            'test.yaml: test.rule: 2020-01-01: a number must be a quoted decimal such as "0.13"',
        ),
        ("[{from: 2020-01-01, value: 0.70}]", "test.yaml: test.rule: 2020-01-01: a number must be a quoted decimal"),
        ("[{from: 2020-01-01, value: true}]", "test.yaml: test.rule: 2020-01-01: a number must be a quoted decimal"),
        ('[{from: 2020-01-01, value: "1e3"}]', "test.yaml: test.rule: 2020-01-01: a number must be a quoted decimal"),
        ('[{from: 2020-01-01, value: "NaN"}]', "test.yaml: test.rule: 2020-01-01: a number must be a quoted decimal"),
        ('[{from: 2020-13-01, value: "1"}]', "test.yaml: test.rule: 2020-13-01: "),
        (
            '[{from: 20200101, value: "1"}]',
            "test.yaml: test.rule: 20200101: from: a day is written as 2019-01-01, not 20200101",
        ),
        ('[{from: 2020-01-01, value: "1", value: "2"}]', "test.yaml: line 6: given twice: value"),
        (
            '[{from: 2020-01-01, value: "1"}, {from: 2021-01-01, value: "2"}]',
            "test.yaml: test.rule: 2021-01-01: overlaps the value from 2020-01-01 to further notice",
        ),
        (
            '[{from: 2020-01-01, to: 2021-01-01, value: "1"}, {from: 2021-01-01, value: "2"}]',
            "test.yaml: test.rule: 2021-01-01: overlaps the value from 2020-01-01 to 2021-01-01",
        ),
        (
            '[{from: 2020-01-01, to: 2020-12-30, value: "1"}, {from: 2021-01-01, value: "2"}]',
            "test.yaml: test.rule: 2021-01-01: leaves a gap after 2020-12-30",
        ),
        (
            '[{from: 2020-01-01, to: 2019-12-31, value: "1"}]',
            "test.yaml: test.rule: 2020-01-01: ends on 2019-12-31, before it begins",
        ),
        ("[]", "test.yaml: test.rule: "),
        ("", "test.yaml: test.rule: "),
        ('[{from: 2020-01-01, value: "1"', "test.yaml: line 7: not readable as YAML"),
    ],
)
def test_a_wrong_value_is_refused_by_file_key_and_date(root: Path, values: str, complaint: str) -> None:
    add(root, values)
    with pytest.raises(ParameterError) as refusal:
        load_parameters(root)
    assert str(refusal.value).startswith(complaint)


def test_days_are_counted_whole(root: Path) -> None:
    add(root, '[{from: 2020-01-01, value: "1.5"}]', unit="days")
    with pytest.raises(ParameterError, match=r"test\.yaml: test\.rule: 2020-01-01: days are counted whole, not 1\.5"):
        load_parameters(root)


def test_all_wrong_values_are_told_at_once(root: Path) -> None:
    add(root, "[{from: 2020-01-01, to: 2020-12-31, value: 1}, {from: 2021-01-01, value: 2}]")
    with pytest.raises(ParameterError, match=r"2020-01-01.*; .*2021-01-01"):
        load_parameters(root)


def test_a_rule_given_in_two_files_is_refused(root: Path) -> None:
    add(root, '[{from: 2020-01-01, value: "1"}]', rule="limits.single")
    with pytest.raises(ParameterError, match=r"limits\.single: already given in another file"):
        load_parameters(root)


def test_a_rate_in_a_table_must_be_quoted_too(root: Path) -> None:
    goods = root / "tables" / "goods.yaml"
    goods.write_text(goods.read_text("utf-8").replace('duty: "0.14"', "duty: 0.14"), "utf-8")
    with pytest.raises(ParameterError, match=r"goods\.yaml: 2204210000: 2016-04-08: duty: a number must be a quoted"):
        load_parameters(root)


def test_values_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        parameters().numbers["limits.single"].values[0] = None  # type: ignore[index]


def test_the_tables_name_only_what_exists() -> None:
    loaded, day = parameters(), date(2026, 3, 10)
    for code in loaded.codes(Goods):
        goods = loaded.goods(code, on=day)
        assert goods is not None
        assert f"vat.{goods.value.vat}" in loaded.numbers
        assert goods.value.consumption_tax is None or goods.value.consumption_tax in loaded.codes(ConsumptionTax)
        assert all(unit in loaded.codes(Unit) for unit in goods.value.units)
    for code in loaded.codes(TradeMode):
        mode = loaded.trade_mode(code, on=day)
        assert mode is not None
        assert {*mode.value.required, *mode.value.empty} <= DeclarationList.model_fields.keys()
        assert set(mode.value.required_in_lines) <= DeclarationLine.model_fields.keys()
