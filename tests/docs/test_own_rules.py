"""The example of docs/own-rules.md is right, changes what the page says, and its commands exist."""

import re
from datetime import date, timedelta

from typer.testing import CliRunner

from clearway.cli import app
from clearway.rules.own_rules import lay_over, read_own_rules
from clearway.rules.parameters import built_in_parameters
from clearway.rules.rule_changes import changes_between
from tests.architecture.sources import ROOT

PAGE = (ROOT / "docs" / "own-rules.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
BASE = built_in_parameters()
LAID = lay_over(BASE, read_own_rules(EXAMPLE, "own-rules.md"))


def test_the_example_changes_what_it_names_and_nothing_else() -> None:
    changed = {change.rule for change in changes_between(BASE, LAID)}
    assert changed == {
        "limits.single",
        "vat.standard",
        "matching.amount_tolerance",
        "holidays.2027",
        "goods.3304990029",
    }


def test_a_value_for_one_year_ends_with_it() -> None:
    days = (date(2026, 12, 31), date(2027, 1, 1), date(2027, 12, 31), date(2028, 1, 1))
    assert [str(LAID.value("vat.standard", on=day).value) for day in days] == ["0.13", "0.12", "0.12", "0.13"]


def test_a_port_has_its_own_tolerance() -> None:
    day = date(2027, 1, 1)
    values = [LAID.value("matching.amount_tolerance", on=day, port=port).value for port in ("2991", "2992", None)]
    assert [str(value) for value in values] == ["0.01", "0.00", "0.00"]
    before = LAID.value("matching.amount_tolerance", on=day - timedelta(days=1), port="2991")
    assert str(before.value) == "0.00"


def test_the_commands_of_the_page_exist() -> None:
    commands = re.findall(r"`?clearway rules (\w+)", PAGE)
    assert {"check", "show", "list"} <= set(commands)
    for command in set(commands):
        assert CliRunner().invoke(app, ["rules", command, "--help"]).exit_code == 0
