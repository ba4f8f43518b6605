"""The order of a workflow's commands changes only with a reviewed baseline, and the fingerprint sees every change."""

import pytest
from temporalio.client import Client

from models.database import Database
from tests.architecture.fingerprint import COMMAND, Fingerprint, difference, fingerprints, read_baseline
from tests.architecture.sources import ROOT, Sources
from tests.standins import Authority, RecordingCustoms, RecordingReports, ScriptedBank
from worker import build_worker

WORKFLOW = "DeclarationListWorkflow"
STORY = "workflows.declaration_list"


def _today() -> Fingerprint:
    return fingerprints(Sources())[WORKFLOW]


def _after(module: str, old: str, new: str) -> Fingerprint:
    """The fingerprint of the workflow with one passage of one module changed."""
    text = ROOT.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{module} holds the passage {text.count(old)} times"
    return fingerprints(Sources(changed={module: text.replace(old, new)}))[WORKFLOW]


def test_the_commands_are_those_of_the_reviewed_baseline() -> None:
    changed = difference(read_baseline(), fingerprints(Sources()))
    assert not changed, f"\n{changed}"


async def test_every_workflow_of_the_worker_has_a_fingerprint(temporal: Client, database: Database) -> None:
    worker = build_worker(
        temporal,
        database,
        customs=RecordingCustoms(),
        reports=RecordingReports(),
        bank=ScriptedBank(),
        authority=Authority(),
        person_key_secret="test",
    )
    assert {each.__name__ for each in worker.workflows} == set(fingerprints(Sources()))


def test_a_command_moved_in_run_is_seen() -> None:
    before = _today()["run"]
    after = _after(
        STORY,
        "                await self._keep_whole_return_window()\n                await self._pay_own_tax()\n",
        "                await self._pay_own_tax()\n                await self._keep_whole_return_window()\n",
    )["run"]
    assert after != before
    assert sorted(after) == sorted(before)


def test_a_command_moved_into_a_branch_is_seen() -> None:
    after = _after(
        STORY,
        "        await self._match_and_file()\n",
        "        if self.case.profile:\n            await self._match_and_file()\n",
    )
    assert "_live › if › _match_and_file › wait_condition" in after["run"]


@pytest.mark.parametrize(
    ("module", "old", "new", "line"),
    [
        pytest.param(
            "workflows.search_attributes",
            "    changed = [",
            "    workflow.upsert_memo({})\n    changed = [",
            "_live › _close › _show › show › updates_between › upsert_memo",
            id="a function of another module",
        ),
        pytest.param(
            "models.case_settlement",
            "        self.clocks = clocks\n",
            "        self.clocks = clocks\n        workflow.patched('new')\n",
            "_live › if › _open_return_window › if › take_clocks › patched 'new'",
            id="a method of an attribute",
        ),
        pytest.param(
            "models.case_file",
            '        """The case has reached an end."""\n',
            "        workflow.deprecate_patch('old')\n",
            "_live › _match_and_file › over › deprecate_patch 'old'",
            id="a property",
        ),
        pytest.param(
            "models.narrative",
            "    parts = [_headline(case)]\n",
            "    parts = [_headline(case)]\n    asyncio.timeout(9)\n",
            "_live › _close › _show › markdown › asyncio.timeout",
            id="a function that another helper calls",
        ),
    ],
)
def test_a_command_added_inside_a_helper_is_seen(module: str, old: str, new: str, line: str) -> None:
    text = "import asyncio\nfrom temporalio import workflow\n"
    path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    assert path.read_text(encoding="utf-8").count(old) == 1
    changed = text + path.read_text(encoding="utf-8").replace(old, new)
    after = fingerprints(Sources(changed={module: changed}))[WORKFLOW]["run"]
    before = _today()["run"]
    assert line not in before
    assert line in after


@pytest.mark.parametrize(
    ("new", "line"),
    [
        ("await workflow.execute_child_workflow('Return')", "execute_child_workflow 'Return'"),
        ("workflow.continue_as_new(self.case)", "continue_as_new"),
        ("await workflow.get_external_workflow_handle('tax').signal('due')", "signal 'due'"),
        ("await asyncio.sleep(1)", "asyncio.sleep"),
        ("await asyncio.gather(*map(self._file_list_itself, ()))", "_file_list_itself"),
        ("await workflow.execute_activity(CaseRegister.close_case, 1)", "execute_activity CaseRegister.close_case"),
    ],
)
def test_every_kind_of_command_is_seen(new: str, line: str) -> None:
    story = "        await self._clear_customs()\n"
    run = _after(STORY, story, f"{story}        {new}\n")["run"]
    assert len(run) > len(_today()["run"])
    line = f"_live › {line}"
    assert any(each == line or each.startswith(f"{line} › ") for each in run)


def test_a_validator_and_a_query_are_no_entries() -> None:
    entries = set(_today())
    assert not {entry for entry in entries if "may_" in entry or "view" in entry}


def test_a_changed_transition_of_the_chart_is_seen() -> None:
    chart = "chart models.lifecycle.DeclarationListChart"
    before = _today()[chart]
    after = _after(
        "models.lifecycle",
        "    release = inspected.to(released) | detained.to(released)\n",
        "    release = inspected.to(released) | detained.to(inspected)\n",
    )[chart]
    assert set(before) - set(after) == {"detained --release--> released"}
    assert set(after) - set(before) == {"detained --release--> inspected"}
    guarded = _after(
        "models.lifecycle", "destroy = detained.to(destroyed)", "destroy = detained.to(destroyed, cond='ok')"
    )
    assert "detained --destroy--> destroyed if ok" in guarded[chart]


def test_a_difference_is_told_with_the_patch_and_the_command() -> None:
    old = {"List": {"run": ["sleep", "execute_activity pay"]}}
    moved = difference(old, {"List": {"run": ["execute_activity pay", "sleep"]}})
    assert "-List | run | execute_activity pay" in moved
    assert "No workflow.patched appeared" in moved
    assert COMMAND in moved
    patched = difference(old, {"List": {"run": ["patched 'v2'", "sleep", "execute_activity pay"]}})
    assert "workflow.patched appeared" in patched
    assert difference(old, old) == ""
