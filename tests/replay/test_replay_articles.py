"""Every List of Items that was ever under way goes on under today's code (DESIGN law 12)."""

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, WorkflowReplayResult
from temporalio.workflow import NondeterminismError

from clearway.contracts import names
from clearway.contracts.articles import ArticlesState, ArticlesView, StartArticles
from clearway.payloads import DATA_CONVERTER
from models.articles_case import ENDS
from tests.architecture.fingerprint import fingerprints
from tests.architecture.sources import Sources
from tests.replay.articles_outcomes import OUTCOMES
from tests.replay.record import IDENTITY
from tests.replay.record_articles import HISTORIES
from workflows.articles_list import ArticlesListWorkflow

SAVED = sorted(HISTORIES.glob("*.json"))


@workflow.defn(name=names.ARTICLES_LIST, sandboxed=False)
class PausingWorkflow(ArticlesListWorkflow):
    """Issues one command more: a pause before the tax is settled."""

    @workflow.init
    def __init__(self, start: StartArticles) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: StartArticles) -> ArticlesView:
        """The story, unchanged."""
        return await super().run(start)

    async def _settle_tax(self) -> None:
        await workflow.sleep(timedelta(hours=1))
        await super()._settle_tax()


def _events(path: Path) -> dict[str, Any]:
    history: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return history


async def _replay(path: Path, story: type[Any] = ArticlesListWorkflow) -> WorkflowReplayResult:
    replayer = Replayer(workflows=[story], data_converter=DATA_CONVERTER)
    history = WorkflowHistory.from_json("articles-list/replayed", _events(path))
    return await replayer.replay_workflow(history, raise_on_replay_failure=False)


@pytest.mark.parametrize("path", SAVED, ids=lambda path: path.stem)
async def test_a_recorded_list_of_items_replays_under_todays_code(path: Path) -> None:
    assert (await _replay(path)).replay_failure is None


@pytest.mark.parametrize("path", sorted(HISTORIES.glob("released-exempt@*.json")), ids=lambda path: path.stem)
async def test_one_command_more_is_noticed(path: Path) -> None:
    assert isinstance((await _replay(path, PausingWorkflow)).replay_failure, NondeterminismError)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_is_recorded_and_ends_as_it_is_named(outcome: str) -> None:
    paths = [path for path in SAVED if path.name.startswith(f"{outcome}@")]
    assert paths, f"{outcome} has no history; record it: python -m tests.replay.record_articles"
    last = _events(paths[-1])["events"][-1]["workflowExecutionCompletedEventAttributes"]
    (result,) = last["result"]["payloads"]
    assert ArticlesState(json.loads(base64.b64decode(result["data"]))["state"]) is OUTCOMES[outcome].state


def test_every_end_and_every_handler_is_recorded() -> None:
    assert {outcome.state for outcome in OUTCOMES.values()} == ENDS
    entries = fingerprints(Sources())["ArticlesListWorkflow"]
    handlers = {entry.partition(" ")[2] for entry in entries if entry.startswith(("update ", "signal "))}
    events = [event for path in SAVED for event in _events(path)["events"]]
    signals = {
        each["workflowExecutionSignaledEventAttributes"]["signalName"] for each in events if _is(each, "Signaled")
    }
    updates = {
        each["workflowExecutionUpdateAcceptedEventAttributes"]["acceptedRequest"]["input"]["name"]
        for each in events
        if _is(each, "UpdateAccepted")
    }
    assert signals | updates == handlers


def test_the_histories_name_no_machine() -> None:
    for path in SAVED:
        text = path.read_text(encoding="utf-8")
        assert text.count('"identity":"') == text.count(f'"identity":"{IDENTITY}"') > 0, path.name


def _is(event: dict[str, Any], what: str) -> bool:
    return f"workflowExecution{what}EventAttributes" in event
