"""The hub's process: puts store, connection and threads together, and ends them in order when it is told to stop."""

import logging
import signal
import threading
import time

from controller.errors import MingaError
from lab.alerts.teller import Teller
from lab.alerts.watch import Watch
from lab.broker import Broker
from lab.config import HubConfig
from lab.follower import Follower
from lab.inbox import Inbox
from lab.ingest import Ingest
from lab.model.catchup import prepare
from lab.store import opened

log = logging.getLogger("minga.hub")

MODEL, ALERTS = "model", "alerts"
"""Threads without which facts are stored all the same."""
END_S = 2.0
"""How long what is under way may take when the hub is told to stop. What is cut off was not answered, so it comes again."""


def run(config: HubConfig) -> None:
    """Take in what machines send, until SIGTERM or Ctrl-C. Raises MingaError when it cannot begin."""
    stop, broke = threading.Event(), threading.Event()
    threading.excepthook = lambda failed: _broken(failed, stop, broke)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    teller, store = Teller(config.alerts), opened(config.store)
    prepare(store)
    watch = Watch(store, config.alert, teller, lambda: time.time_ns() // 1_000_000)
    inbox, follower = Inbox(), Follower(store)
    ingest = Ingest(config.name, store, inbox, follower.follow)
    broker = Broker(config, inbox.put, ingest.came)
    with store.reading() as reading:
        follower.follow(name for (name,) in reading.rows("SELECT machine FROM machines ORDER BY machine"))
    threads = [
        threading.Thread(target=ingest.run, args=(broker,), name="ingest", daemon=True),
        threading.Thread(target=follower.run, name=MODEL, daemon=True),
        threading.Thread(target=watch.run, name=ALERTS, daemon=True),
    ]
    for thread in threads:
        thread.start()
    broker.start()
    log.info("hub %s: facts are kept in %s", config.name, store.name)
    stop.wait()
    ingest.stop()
    follower.stop()
    watch.stop()
    for thread in threads:
        thread.join(END_S / len(threads))
    broker.stop()
    log.info("hub %s stops: %d new facts since it began", config.name, ingest.facts)
    if broke.is_set():
        raise MingaError("the hub ended by a mistake of its own, which stands above; nothing that was answered is lost")


def _broken(failed: threading.ExceptHookArgs, stop: threading.Event, broke: threading.Event) -> None:
    """A hub that stores nothing must not look alive; its service starts it anew. Pages may wait for a mended model."""
    name = failed.thread.name if failed.thread else ""
    error = failed.exc_value or failed.exc_type()
    log.critical("the thread %s ended by a mistake", name, exc_info=(failed.exc_type, error, failed.exc_traceback))
    if name not in (MODEL, ALERTS):
        broke.set()
        stop.set()
