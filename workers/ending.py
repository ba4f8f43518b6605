"""How a worker process ends: on which signals, with which exit code, and at once if need be."""

import os
import signal
import sys
from datetime import timedelta
from typing import NoReturn

SIGNALS = (signal.SIGTERM, signal.SIGINT)
BROKEN_OFF = 3
"""Exit code of a process that left work behind for another worker; 0: all it had begun is finished."""
LAST_BREATH = timedelta(seconds=1.5)
"""For what is to be reported and closed after the grace period; a thread that still runs then is left alone."""


def leave(status: int) -> NoReturn:
    """End this process at once: a thread may hang in a call for much longer, or one of Temporal's client abort it."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)  # temporalio/sdk-python#300
