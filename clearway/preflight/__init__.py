"""Everything wrong with four files, told before they are sent and without a server."""

from clearway.preflight.comparison import preflight
from clearway.preflight.report import NotMade, Preflight

__all__ = ["NotMade", "Preflight", "preflight"]
