"""How a worker process ends: on which signals, and with which exit code."""

import signal
from datetime import timedelta

SIGNALS = (signal.SIGTERM, signal.SIGINT)
FAILED = 1
"""Exit code of a process that could not start or go on."""
BROKEN_OFF = 3
"""Exit code of a process that left work behind for another worker; 0: all it had begun is finished."""
LAST_BREATH = timedelta(seconds=1.5)
"""For what is to be reported and closed after the grace period; a thread that still runs then is left alone."""
