"""The proof: for each machine what the lab holds without a gap, its head to compare, and everything that did not fit."""

from threading import BoundedSemaphore

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from controller.domain.chain import Row
from controller.protocols.sync.letter import LetterError, read
from lab.looking import proofs
from lab.pages.door import room
from lab.pages.drawn import drawn, place
from lab.pages.evidence import evidence
from lab.pages.fleet import fleet

SHOWN_MAX = 60

router = room()
_reckoning = BoundedSemaphore(1)
"""Reading a machine's whole line costs a processor's second; one after the other."""


@router.get("/prueba")
def proof(request: Request, leaf: int = 1) -> Response:
    """Every machine with its ends, by name."""
    here = place(request)
    with here.store.reading() as reading:
        machines = fleet(reading, here.now_ms())
        leaves = max(1, -(-len(machines) // SHOWN_MAX))
        leaf = min(max(1, leaf), leaves)
        shown = machines[(leaf - 1) * SHOWN_MAX : leaf * SHOWN_MAX]
        found = [evidence(reading, seen) for seen in shown]
    return drawn(request, "proof.html", found=found, count=len(machines), leaf=leaf, leaves=leaves)


@router.get("/prueba/{name}")
def of_machine(request: Request, name: str, comprobar: bool = False) -> Response:
    """One machine's line in detail; `comprobar` reads all of it and reckons the chain again."""
    here = place(request)
    with here.store.reading() as reading:
        seen = next(iter(fleet(reading, here.now_ms(), name)), None)
        if seen is None:
            raise HTTPException(404)
        found = evidence(reading, seen)
        with _reckoning:
            reckoned = next(proofs(reading, name), None) if comprobar else None
    held = {stray.number: _held(name, stray.payload) for stray in found.strays}
    return drawn(request, "proof_machine.html", proof=found, reckoned=reckoned, held=held)


def _held(machine: str, payload: bytes) -> list[Row]:
    """The facts in a refused message; none when its bytes were not kept."""
    try:
        return list(read(machine, payload).rows)
    except LetterError:
        return []
