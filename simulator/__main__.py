"""`python -m simulator`: runs the outside world until it is interrupted."""

import json
import logging
from typing import Annotated

import typer
import uvicorn
from pydantic import ValidationError

from simulator.app import create_app
from simulator.scenarios import as_markdown
from simulator.settings import Settings

KEPT_OPEN = 75
"""Seconds for which an idle connection is kept: longer than our clients keep one, so that it is theirs to close."""
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class JsonLines(logging.Formatter):
    """One JSON object per line, with whatever was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """Lay out one record."""
        line = {"at": self.formatTime(record), "level": record.levelname, "event": record.getMessage()}
        line |= {name: value for name, value in vars(record).items() if name not in _PLAIN}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False, default=str)


def main(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    gateway_url: Annotated[str | None, typer.Option(help="Where customs sends receipts and instructions.")] = None,
    pause_ms: Annotated[int | None, typer.Option(help="Real pause before each answer of customs.")] = None,
    inspect_by_hand: Annotated[bool | None, typer.Option(help="Inspections wait for a result given by hand.")] = None,
    scenarios: Annotated[bool, typer.Option("--scenarios", help="Print the magic words and leave.")] = False,
) -> None:
    """Play customs, the bank and the identity authority. What is not given comes from CLEARWAY_SIMULATOR_*."""
    if scenarios:
        typer.echo(as_markdown(), nl=False)
        return
    given = {
        "host": host,
        "port": port,
        "gateway_url": gateway_url,
        "pause_ms": pause_ms,
        "inspect_by_hand": inspect_by_hand,
    }
    try:
        settings = Settings.model_validate({name: value for name, value in given.items() if value is not None})
    except ValidationError as fault:
        told = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in fault.errors())
        raise typer.BadParameter(told) from None
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("httpx").setLevel(logging.WARNING)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_keep_alive=KEPT_OPEN,
    )


if __name__ == "__main__":
    typer.run(main)
