"""The technician's room: which device is lost and why, one part tried at the open door, slots closed and opened, the log.

The page decides nothing: what may be tried the machine says, what came of it the books say. All of it goes without a script;
`workshop.js` only asks for the page again while something is under way. A coordinator may look.
"""

import time
from collections.abc import Mapping

from anyio import to_thread
from fastapi import Request, Response
from starlette.exceptions import HTTPException

from admin_web.phone import home
from admin_web.phone.counts import opened
from admin_web.phone.door import at, room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.forms import after, count, said
from admin_web.phone.ledger import books
from admin_web.phone.office import new_wish, wish_of
from admin_web.phone.place import Place, place
from admin_web.phone.workshoplab import lab_told
from admin_web.phone.workshoptold import backup_told, devices_told, outcome_told
from controller.diagnosis import bundle
from controller.domain.accounts import COINBOX
from controller.domain.assembly import Role
from controller.domain.catalog import SlotId
from controller.domain.events import Trouble
from controller.domain.facts import Part, Why
from controller.domain.stocking import CloseSlot, CountSlot, OpenSlot
from controller.domain.trials import TryPart
from controller.domain.view import SlotView
from controller.ledger.workshop import tried
from controller.logbook import newest
from controller.protocols.control import Answer, BackUp, SyncNow, TellStatus

WAY = "/taller"
LINES = 120
FRESH_MS = 600_000
"""What came of a trial stands on the room's first page for ten minutes; on its motor's own page for longer."""

router = room(Role.TECHNICIAN, Role.COORDINATOR)
tools = room(Role.TECHNICIAN)


@router.get("/taller")
async def workshop(request: Request) -> Response:
    """Everything at a glance; what is lost comes first."""
    status = await _status(request)
    return await to_thread.run_sync(_workshop, request, status)


def _workshop(request: Request, status: Mapping[str, object]) -> Response:
    here, words = place(request), reading(request)
    with books(request) as db:
        devices = devices_told(request, db, words)
        outcomes = {key: outcome_told(request, one, words) for key, one in tried(db).items()}
        lab = lab_told(request, db, status.get("sync"), words)
    fresh = [one for (part, _), one in outcomes.items() if part is not Part.MOTOR and one.age_ms < FRESH_MS]
    return drawn(
        request,
        "workshop.html",
        devices=devices,
        slots=_slots(here),
        outcomes={one.part: one for one in fresh},
        door=_door(here),
        trying=_trying(here),
        backup=backup_told(request, status.get("backup"), words),
        lab=lab,
        wish=new_wish(),
        mine=at(request).may("technician"),
    )


@router.get("/taller/registro")
def lines(request: Request) -> Response:
    """The newest lines of the log, newest first."""
    folder = place(request).database.parent
    kept = {name: newest(folder, name, LINES)[::-1] for name in ("controller", "phones")}
    return drawn(request, "workshop_log.html", kept=kept)


@router.get("/taller/diagnostico.zip")
async def diagnosis(request: Request) -> Response:
    """The bundle for whoever can help: nothing in it is about anybody."""
    here, status = place(request), await _status(request)
    made = await to_thread.run_sync(bundle, here.config, status or None)
    name = f"diagnostico-{here.config.machine.name}.zip"
    return Response(
        made, media_type="application/zip", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@router.get("/taller/{slot}")
def motor(request: Request, slot: str) -> Response:
    """One motor: what is wrong with its slot, what came of its last trial, one turn, and closing or opening it."""
    here, words = place(request), reading(request)
    if slot not in here.config.slots():
        raise HTTPException(404)
    with books(request) as db:
        newest_trial = tried(db).get((Part.MOTOR, slot))
        outcome = outcome_told(request, newest_trial, words) if newest_trial else None
    held = _held(here, slot)
    piece = here.gateway.names.pieces.get(held.product) if held else None
    return drawn(
        request,
        "workshop_motor.html",
        slot=slot,
        held=held,
        piece=piece.name if piece else "",
        outcome=outcome,
        door=_door(here),
        trying=_trying(here),
        wish=new_wish(),
        mine=at(request).may("technician"),
    )


@tools.post("/taller/probar")
async def try_part(request: Request) -> Response:
    """Try one part; what came of it is told by the page that follows."""
    part, slot = await said(request, "part"), await said(request, "slot")
    if part not in set(Part):
        raise HTTPException(400)
    if part == Part.COINS and _box_is_counted(request):
        return after(WAY, "box-counted")
    wish = TryPart(Part(part), at(request).member, wish_of(await said(request, "wish")), SlotId(slot))
    answer = await place(request).gateway.ask(wish)
    word = ("blinks" if part == Part.LAMP else "") if answer.ok else answer
    return after(_back(request, slot), word)


@tools.post("/taller/ranura")
async def slot_state(request: Request) -> Response:
    """Close a slot, or open it; an opened one is brought home first if it stands in mid-turn."""
    slot, do = await said(request, "slot"), await said(request, "do")
    kinds = {"open": OpenSlot, "close": CloseSlot}
    if do not in kinds:
        raise HTTPException(400)
    answer = await place(request).gateway.ask(kinds[do](SlotId(slot), at(request).member))
    return after(_back(request, slot), answer)


@tools.post("/taller/cayo")
async def fell(request: Request) -> Response:
    """She has seen a piece fall in a trial: one fewer lies in its spiral, by the same guard as any count."""
    slot, before = await said(request, "slot"), await count(request, "before")
    if not before:
        raise HTTPException(400)
    wish = CountSlot(SlotId(slot), before, before - 1, at(request).member, Why.TOOK)
    return after(_back(request, slot), await place(request).gateway.ask(wish))


@tools.post("/taller/copia")
async def back_up(request: Request) -> Response:
    """Begin a backup; how it goes stands on the page."""
    answer = await place(request).gateway.ask(BackUp())
    return after(WAY, "" if answer.ok else answer)


@tools.post("/taller/laboratorio")
async def sync_now(request: Request) -> Response:
    """Everything that waits goes to the lab now; how it stands is on the page."""
    answer = await place(request).gateway.ask(SyncNow())
    return after(WAY, "" if answer.ok else answer)


def _box_is_counted(request: Request) -> bool:
    """Whether two people count the cash box just now: they rely on the open door, by which no coin comes in."""
    with opened(place(request).database.parent, time.time) as counts:
        return any(one.place == COINBOX for one in counts.open())


def _back(request: Request, slot: str) -> str:
    return f"{WAY}/{slot}" if slot in place(request).config.slots() else WAY


async def _status(request: Request) -> Mapping[str, object]:
    answer: Answer = await place(request).gateway.ask(TellStatus())
    return answer.told or {}


def _slots(here: Place) -> list[tuple[str, SlotView | None]]:
    """Every motor of the machine, with what its slot holds."""
    return [(name, _held(here, name)) for name in here.config.slots()]


def _held(here: Place, slot: str) -> SlotView | None:
    picture = here.gateway.picture
    return next((each for each in picture.slots if each.slot == slot), None) if picture else None


def _door(here: Place) -> str:
    """Whether the door is `open` or `shut`; `unknown` when nobody has heard of the machine for a while."""
    picture = here.gateway.picture
    if picture is None or here.gateway.stale:
        return "unknown"
    return "open" if Trouble.DOOR_OPEN in picture.troubles else "shut"


def _trying(here: Place) -> str:
    """The part that is being tried right now; empty when none is."""
    picture = here.gateway.picture
    return picture.trial.part if picture and picture.trial and not here.gateway.stale else ""


def lost(request: Request) -> home.Notice | None:
    """What is lost, on a technician's home: she sees it without a touch."""
    if not at(request).may("technician"):
        return None
    with books(request) as db:
        gone = [each for each in devices_told(request, db, reading(request)) if each.row.state == "lost"]
    return home.Notice("workshop_notice.html", {"gone": gone}) if gone else None


home.NOTICES.append(lost)
