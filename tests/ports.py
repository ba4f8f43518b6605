"""Ports for servers that bind them themselves a moment later."""

import socket


def free_port() -> int:
    """A loopback port that nobody is given by accident before its server takes it.

    A connection to it is opened and closed: until the system has forgotten that, some sixty seconds later, it hands the
    port to nobody who asks for any, and still gives it to a server that names it.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        address = listener.getsockname()
        with socket.create_connection(address) as caller:
            taken, _ = listener.accept()
            taken.close()  # who closes first keeps the port in TIME_WAIT
            caller.recv(1)
    return int(address[1])
