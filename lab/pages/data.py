"""The open data: a page that leads to everything, each set as a file at an address that stays, the codebook, the map.

These pages ask nobody who they are, and the files may be read by pages of others (uMap in a browser): there is nothing in
them that is not for everybody. One file is made at a time, however many are asked for.
"""

import tempfile
from pathlib import Path
from shutil import rmtree
from threading import BoundedSemaphore
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException

from lab.learning.book import book
from lab.opendata.drawing import drawing
from lab.opendata.places import geojson, places
from lab.opendata.sets import ATTRIBUTION, LICENCE, LICENCE_URL, SETS
from lab.opendata.wanted import Wanted, wanted
from lab.opendata.workbook import TooLong
from lab.opendata.writing import FORMATS, export
from lab.pages.door import room
from lab.pages.drawn import drawn, place, reading

WAIT_S = 10.0
"""So long somebody waits for a file that is made before his; then he is asked to come again."""
FOR_ALL = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=300",
    "Link": f'<{LICENCE_URL}>; rel="license", </datos/codigos.md>; rel="describedby"',
}
Machines = Annotated[list[str], Query()]

router = room(everybody=True)
_making = BoundedSemaphore(1)


@router.get("/datos")
def data(request: Request, maquina: Machines = [], desde: str = "", hasta: str = "") -> Response:  # noqa: B006
    """All sets with their files, for the machine and days that are chosen."""
    chosen = asked(maquina, desde, hasta)
    return drawn(
        request,
        "data.html",
        sets=SETS.values(),
        formats=FORMATS,
        machines=known(request),
        chosen=chosen,
        desde=desde,
        hasta=hasta,
        tail=tail(chosen, desde, hasta),
        licence=LICENCE,
        licence_url=LICENCE_URL,
        attribution=ATTRIBUTION,
    )


@router.get("/datos/codigos.md")
def codes() -> Response:
    """The codebook."""
    return PlainTextResponse(book(), media_type="text/markdown; charset=utf-8", headers=FOR_ALL)


@router.get("/datos/mapa")
def shown(request: Request) -> Response:
    """The machines and consenting makers as a drawing, with the same as a list."""
    with place(request).store.reading() as look:
        listed = list(places(look).values())
    points = {number: one.point for number, one in enumerate(listed, start=1) if one.point}
    return drawn(request, "map.html", places=listed, drawing=drawing(points))


@router.get("/datos/mapa.geojson")
def mapped(request: Request) -> Response:
    """The same points as GeoJSON."""
    with place(request).store.reading() as look:
        found = geojson(places(look))
    return JSONResponse(found, media_type="application/geo+json", headers=FOR_ALL)


@router.get("/datos/{kind}.{form}")
def given(
    request: Request,
    kind: str,
    form: str,
    maquina: Machines = [],  # noqa: B006  # FastAPI copies it
    desde: str = "",
    hasta: str = "",
) -> Response:
    """A set as a file."""
    if kind not in SETS or form not in FORMATS:
        raise HTTPException(404)
    chosen = asked(maquina, desde, hasta)
    if not _making.acquire(timeout=WAIT_S):
        return PlainTextResponse(reading(request).say("data.busy"), 503, {"Retry-After": "30"})
    folder = Path(tempfile.mkdtemp(prefix="minga-"))
    try:
        export(place(request).store, SETS[kind], chosen, FORMATS[form], folder / f"minga-{kind}.{form}")
    except BaseException as error:
        rmtree(folder, ignore_errors=True)
        if isinstance(error, TooLong):
            return PlainTextResponse(str(error), 413)
        raise
    finally:
        _making.release()
    file = folder / f"minga-{kind}.{form}"
    clean = BackgroundTask(rmtree, folder, ignore_errors=True)
    return FileResponse(file, 200, FOR_ALL, FORMATS[form].media, clean, file.name)


def asked(machines: list[str], since: str, until: str) -> Wanted:
    """Raises HTTPException for what is no date."""
    try:
        return wanted(machines, since, until)
    except ValueError:
        raise HTTPException(404) from None


def known(request: Request) -> list[str]:
    """The names of all machines."""
    with place(request).store.reading() as look:
        return [name for (name,) in look.rows("SELECT machine FROM machines ORDER BY machine")]


def tail(chosen: Wanted, since: str, until: str) -> str:
    """What an address ends in so that it asks for the same: `?desde=…`, or nothing."""
    days = [(word, value) for word, value in (("desde", since), ("hasta", until)) if value]
    words = urlencode([*days, *(("maquina", name) for name in chosen.machines)])
    return f"?{words}" if words else ""
