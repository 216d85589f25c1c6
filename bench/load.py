"""A crowd on the museum's Wi-Fi: some connections that ask for the kiosk's page without pause. `load.py PORT`."""

import http.client
import sys
import threading

CROWD = 4


def visit(port: int) -> None:
    """Ask for the page until the server or this process ends."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    while True:
        connection.request("GET", "/")
        connection.getresponse().read()


if __name__ == "__main__":
    for _ in range(CROWD - 1):
        threading.Thread(target=visit, args=(int(sys.argv[1]),), daemon=True).start()
    visit(int(sys.argv[1]))
