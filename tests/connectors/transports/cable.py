"""A cable to a server on loopback that can be cut and mended: cut, every connection breaks and none is accepted."""

import contextlib
import gc
import socket
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


class Cable:
    """Carries bytes between its own port and the server's."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._whole = True
        with self._lock:
            self._listener = self._listen(0)
        self.port = int(self._listener.getsockname()[1])

    def cut(self) -> None:
        """Break everything."""
        with self._lock:
            for connection in (self._listener, *self._open):
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
                connection.close()
            self._open.clear()
            self._whole = False

    def mend(self) -> None:
        """Accept connections again, at the same port."""
        with self._lock:
            self._listener = self._listen(self.port)
            self._whole = True

    @contextmanager
    def out(self) -> Iterator[None]:
        """Cut for as long as the context lasts."""
        self.cut()
        try:
            yield
        finally:
            self.mend()

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port), reuse_port=False)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self._server_port))
                except OSError:  # refused, or reset by a server that is just being killed
                    near.close()
                    continue
                with self._lock:
                    if not self._whole or listener is not self._listener:  # cut while we were connecting
                        near.close()
                        far.close()
                        return
                    self._open |= {near, far}
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(65536):
                sink.sendall(chunk)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def cable_to(server_port: int) -> Iterator[Cable]:
    """A cable, cut for good at the end."""
    cable = Cable(server_port)
    try:
        yield cable
    finally:
        cable.cut()
        with warnings.catch_warnings():  # what a client leaves of a connection that broke while it was being made
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
