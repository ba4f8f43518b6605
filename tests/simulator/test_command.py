"""`python -m simulator` starts, tells where it listens, and ends quietly although post is still on its way."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from clearway.messages import Transfer, write
from simulator.scenarios import as_markdown
from tests.patience import PATIENCE
from tests.simulator.papers import ADDRESS, BUYER, ID_NUMBER, TELEPHONE, new_guid, new_papers

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-W", "error", "-m", "simulator"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {"CLEARWAY_SIMULATOR_PAUSE_MS": "0"}
    with subprocess.Popen([*COMMAND, *arguments], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as it:
        try:
            yield it
        finally:
            it.kill()


def test_it_prints_the_magic_words() -> None:
    printed = run("--scenarios")
    assert (printed.returncode, printed.stdout) == (0, as_markdown())


def test_a_wrong_setting_is_named_without_a_traceback() -> None:
    refused = run("--gateway-url", "nowhere", "--pause-ms", "-1")
    assert refused.returncode == 2
    assert "gateway_url" in refused.stderr
    assert "pause_ms" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_it_ends_quietly_with_post_on_its_way_and_its_log_names_nobody() -> None:
    papers = new_papers("E-1-RELEASE")
    transfer = Transfer(cop_code="X", cop_name="X", dxp_id="X")
    with running("--port", "0", "--gateway-url", "http://127.0.0.1:1") as simulator:
        assert simulator.stderr is not None
        lines = []
        for line in simulator.stderr:
            lines.append(line)
            if "Uvicorn running on" in line:
                break
        url = json.loads(lines[-1])["event"].split()[3]
        with httpx.Client(trust_env=False, base_url=url) as http:
            for record in (*papers.three, papers.declaration):
                content = write([record], guid=new_guid(), transfer=transfer)
                assert http.post("/customs/messages", content=content).status_code == 202
            assert http.get("/health").json()["conversations"] == 4
        simulator.send_signal(signal.SIGINT)
        lines += list(simulator.stderr)
        assert simulator.wait(PATIENCE) in (0, -signal.SIGINT, 130)
    logged = [json.loads(line) for line in lines]
    assert {line["level"] for line in logged} == {"INFO"}
    text = "".join(lines)
    assert not [secret for secret in (BUYER, ID_NUMBER, TELEPHONE, ADDRESS) if secret in text]
