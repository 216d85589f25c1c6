"""The floor of a live page: one that shows a number, and a stream that sends it the next one. Nothing of Minga is in it."""

import socket
import threading
import time
from contextlib import suppress

PAGE = b"""<!doctype html><html lang="en"><title>floor</title><main id="stage" data-version="0">0</main><script>
new EventSource("/live").onmessage = (event) => {
  const stage = document.getElementById("stage"); stage.dataset.version = stage.textContent = event.data; };
</script></html>"""


class EmptyPage:
    """Served on loopback by threads of the bench itself; a context that ends them."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._streams: list[socket.socket] = []
        self._number = 0

    def __enter__(self) -> "EmptyPage":
        threading.Thread(target=self._serve, name="bench-empty-page", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in (*self._streams, self._listener):
            each.close()

    def tell(self) -> tuple[int, float]:
        """The next number to every open page, and the moment before it left (`time.time()`)."""
        self._number += 1
        now_s = time.time()
        for stream in self._streams:
            with suppress(OSError):  # its page is closed
                stream.sendall(b"data: %d\n\n" % self._number)
        return self._number, now_s

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(line,), daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        with suppress(OSError):
            if line.recv(8_192).startswith(b"GET /live"):
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: here\n\n")
                self._streams.append(line)
            else:
                head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(PAGE)
                line.sendall(head + PAGE)
                line.close()
