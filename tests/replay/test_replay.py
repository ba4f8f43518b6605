"""Every list that was ever under way goes on under today's code: recorded histories replay (DESIGN law 12)."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, WorkflowReplayResult
from temporalio.workflow import NondeterminismError

from clearway.contracts.states import ENDS, State
from clearway.payloads import DATA_CONVERTER
from tests.architecture.fingerprint import fingerprints
from tests.architecture.sources import Sources
from tests.replay.altered import PausingWorkflow
from tests.replay.record import ALL, COLLECTIONS, IDENTITY, LISTS, REPORTS, RETURNS, SERVER
from workflows.declaration_list import DeclarationListWorkflow
from workflows.goods_return import GoodsReturnWorkflow
from workflows.suspicion_report import SuspicionReportWorkflow
from workflows.tax_collection import TaxCollectionWorkflow

KINDS: dict[Path, type[Any]] = {
    LISTS: DeclarationListWorkflow,
    RETURNS: GoodsReturnWorkflow,
    COLLECTIONS: TaxCollectionWorkflow,
    REPORTS: SuspicionReportWorkflow,
}
SAVED = sorted(LISTS.glob("*.json"))
EVERY = sorted(path for folder in KINDS for path in folder.glob("*.json"))
RECORD = "record it: python -m tests.replay.record"
MOST_BYTES = 8_000_000


def _saved(outcome: str) -> dict[str, Any]:
    releases = {_release(path): path for path in SAVED if path.name.startswith(f"{outcome}@")}
    return _events(releases[max(releases)])


def _events(path: Path) -> dict[str, Any]:
    history: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return history


def _release(path: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in path.stem.partition("@")[2].split("."))


async def _replay(history: dict[str, Any], workflow: type[Any] = DeclarationListWorkflow) -> WorkflowReplayResult:
    """Replay in the sandbox, as the worker runs; the identifier is free."""
    replayer = Replayer(workflows=[workflow], data_converter=DATA_CONVERTER)
    return await replayer.replay_workflow(
        WorkflowHistory.from_json("declaration-list/replayed", history), raise_on_replay_failure=False
    )


@pytest.mark.parametrize("path", EVERY, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_a_recorded_history_replays_under_todays_code(path: Path) -> None:
    result = await _replay(_events(path), KINDS[path.parent])
    assert result.replay_failure is None


async def test_one_command_more_is_noticed() -> None:
    result = await _replay(_saved("taxed"), PausingWorkflow)
    assert isinstance(result.replay_failure, NondeterminismError)
    assert isinstance((await _replay(_saved("bank-refused"), PausingWorkflow)).replay_failure, NondeterminismError)
    assert (await _replay(_saved("rejected"), PausingWorkflow)).replay_failure is None, "never came to the pause"


async def test_a_history_with_another_activity_is_noticed() -> None:
    history = _saved("taxed")
    scheduled = [event for event in history["events"] if "activityTaskScheduledEventAttributes" in event]
    assert len(scheduled) == 2
    scheduled[-1]["activityTaskScheduledEventAttributes"]["activityType"]["name"] = "file_the_list_twice"
    assert isinstance((await _replay(history)).replay_failure, NondeterminismError)


@pytest.mark.parametrize("outcome", ALL)
def test_every_outcome_is_recorded(outcome: str) -> None:
    assert [path for path in SAVED if path.name.startswith(f"{outcome}@")], f"{outcome} has no history; {RECORD}"


@pytest.mark.parametrize("outcome", [name for name, each in ALL.items() if each.closed])
def test_a_recorded_end_is_the_end_it_is_named_for(outcome: str) -> None:
    last = _saved(outcome)["events"][-1]["workflowExecutionCompletedEventAttributes"]
    (result,) = last["result"]["payloads"]
    assert State(json.loads(base64.b64decode(result["data"]))["state"]) is ALL[outcome].state


def test_every_end_of_a_list_and_every_handler_is_recorded() -> None:
    ends = {outcome.state for outcome in ALL.values() if outcome.closed}
    assert ends == {*ENDS, State.MATCH_FAILED, State.DETAINED}, "detained ends a list whose goods are confiscated"
    for folder, workflow in KINDS.items():
        entries = fingerprints(Sources())[workflow.__name__]
        handlers = {entry.partition(" ")[2] for entry in entries if entry.startswith(("update ", "signal "))}
        heard = {name for path in folder.glob("*.json") for name in _messages(_events(path))}
        assert heard == handlers, folder.name


def test_the_histories_are_small_and_name_no_machine() -> None:
    assert sum(path.stat().st_size for path in EVERY) < MOST_BYTES
    for path in EVERY:
        identities = set(_values(_events(path), "identity"))
        assert identities - {SERVER} == {IDENTITY}, path.name


def _messages(history: dict[str, Any]) -> Iterator[str]:
    for event in history["events"]:
        if "workflowExecutionSignaledEventAttributes" in event:
            yield event["workflowExecutionSignaledEventAttributes"]["signalName"]
        if "workflowExecutionUpdateAcceptedEventAttributes" in event:
            yield event["workflowExecutionUpdateAcceptedEventAttributes"]["acceptedRequest"]["input"]["name"]


def _values(node: Any, key: str) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key and isinstance(value, str):
                yield value
            yield from _values(value, key)
    elif isinstance(node, list):
        for each in node:
            yield from _values(each, key)
