"""Run the gateway: `python -m gateway --port 8000`; settings come from `CLEARWAY_GATEWAY_*`, see docs/gateway.md."""

import argparse
import asyncio
import logging
import sys
from datetime import UTC, datetime

import uvicorn
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from clearway.client import ClearwayClient
from clearway.ending import leave
from clearway.errors import ServiceUnavailable
from clearway.telemetry import hand_over, metrics_runtime, start_traces
from gateway.app import create_app
from gateway.metrics import start_metrics
from gateway.payment_data.uplink import uplink_from_settings
from gateway.settings import GatewaySettings
from models.database import Database
from models.settings import StoreSettings

KEPT_OPEN = 75
"""Seconds for which an idle connection is kept: longer than most clients keep one, so that it is theirs to close."""


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - here, and only here, the gateway's clock is composed


async def serve(settings: GatewaySettings, store: StoreSettings) -> None:
    """Migrate the database, connect to Temporal and serve until told to stop. Raises ServiceUnavailable."""
    database = Database(store.database_url)
    try:
        await asyncio.to_thread(database.migrate)
        start_metrics("clearway-gateway")
        cases = await ClearwayClient.connect(interceptors=start_traces("clearway-gateway"), runtime=metrics_runtime())
        app = create_app(database, cases, settings, _now, uplink=uplink_from_settings())
        await uvicorn.Server(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                log_config=None,
                access_log=False,
                timeout_keep_alive=KEPT_OPEN,
            )
        ).serve()
    finally:
        database.close()


def main() -> int:
    """Read the arguments over the settings, and run; the exit status is 1 when a setting or Temporal fails us."""
    try:
        settings, store = GatewaySettings(), StoreSettings()
    except ValidationError as error:
        return _unset([f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors(include_url=False)])
    parser = argparse.ArgumentParser(prog="python -m gateway", description="Clearway's HTTP door and inbox")
    parser.add_argument("--host", default=settings.host, help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", default=settings.port, type=int, help="port, 0 for a free one (default: %(default)s)")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        asyncio.run(serve(settings.model_copy(update={"host": given.host, "port": given.port}), store))
    except ServiceUnavailable as error:
        sys.stderr.write(f"{error}\n" + "".join(f"{problem.remedy_en}\n" for problem in error.problems))
        return 1
    except SQLAlchemyError as error:
        return _unset([f"the database cannot be used: {str(error).splitlines()[0]}"])
    except ValueError as error:  # a payload key, a port of metrics
        return _unset([str(error)])
    except KeyboardInterrupt:
        return 130
    return 0


def _unset(faults: list[str]) -> int:
    """Say which settings cannot be used; 1 for the process."""
    sys.stderr.write("".join(f"{fault}\n" for fault in faults))
    sys.stderr.write("Mend the CLEARWAY_*, TEMPORAL_* or OTEL_* setting; docs/operating.md lists them.\n")
    return 1


if __name__ == "__main__":
    status = main()
    hand_over()
    leave(status)
