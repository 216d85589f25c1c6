"""What programs of whoever runs the machines read: figures for Prometheus, and a machine's audit file. Behind the sign-in.

Without a pass phrase these pages are for this computer alone, and a Prometheus on it reads them as they are. With one, use
`minga hub metrics`, which writes the same into a file for the node exporter: a program cannot sign in.
"""

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException

from lab.opendata.audit import NoAudit, audit
from lab.pages.door import room
from lab.pages.drawn import place
from lab.pages.fleet import fleet
from lab.pages.standing import standing

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"

router = room()


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Every machine as it stands now."""
    from lab.opendata.gauges import exposition  # prometheus-client is only there with Minga's extra `hub`

    here = place(request)
    now_ms = here.now_ms()
    with here.store.reading() as look:
        seen = fleet(look, now_ms)
    return Response(exposition(standing(one, now_ms) for one in seen), media_type=PROMETHEUS)


@router.get("/maquina/{name}/auditoria.dts")
def audited(request: Request, name: str) -> Response:
    """The machine's EVA-DTS file."""
    here = place(request)
    with here.store.reading() as look:
        if not look.rows("SELECT 1 FROM machines WHERE machine = ?", name):
            raise HTTPException(404)
        try:
            file = audit(look, name, here.now_ms())
        except NoAudit as error:
            return PlainTextResponse(str(error), 409)
    headers = {"Content-Disposition": f'attachment; filename="{name}.dts"'}
    return Response(file, media_type="application/octet-stream", headers=headers)
