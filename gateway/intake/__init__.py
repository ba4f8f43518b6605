"""Receiving from the exchange without HTTP: folders and queues, whose messages go into the same inbox as customs' door.

`CLEARWAY_GATEWAY_INTAKE` names them, e.g. `folder:///srv/dxp/in,amqp://user:password@host/queue`; none by default.
"""

from gateway.intake.intake import Intake

__all__ = ["Intake"]
