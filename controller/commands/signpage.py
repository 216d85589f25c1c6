"""A donation sign to be printed: one HTML page in Spanish for A5 paper, its QR code drawn in it, nothing fetched."""

from html import escape

import segno

from controller.domain.money import dollars

QUIET_MODULES = 4
"""The white border that a reader needs."""
PAGE = """<!doctype html>
<html lang="es">
<meta charset="utf-8">
<title>{words}</title>
<style>
@page {{ size: A5 portrait; margin: 0 }}
html {{ color: #000; background: #fff }}
body {{ display: flex; flex-direction: column; align-items: center; justify-content: space-between; width: 148mm;
  height: 209mm; margin: 0 auto; padding: 7mm 10mm; box-sizing: border-box; font: 13pt/1.3 sans-serif; text-align: center }}
h1, p {{ margin: 0; overflow-wrap: anywhere; text-wrap: balance }}
h1 {{ font-size: 28pt; line-height: 1.1 }}
.how {{ font-size: 14pt }}
.code svg {{ display: block; width: 88mm; height: 88mm }}
.who {{ font-size: 16pt; font-weight: bold }}
.look {{ font-size: 11pt }}
.gift {{ width: 100%; padding: 3mm 4mm; border: 0.6mm solid; box-sizing: border-box }}
.band {{ display: block; width: 128mm; height: 6mm }}
</style>
{band}
<h1>{words}</h1>
<p class="how">{how}</p>
<div class="code">{qr}</div>
<p class="who">{whose}</p>
<p class="look">Antes de confirmar, vea que su billetera diga <b>{name}</b>.</p>
<p class="gift"><b>Es una donación: no paga ninguna prenda.</b><br>La máquina no la ve y no entrega nada por ella.
Llega a la cuenta del grupo, que la anota en sus libros. Para comprar, toque la prenda en la pantalla.</p>
{band}
</html>
"""
BAND = (
    '<svg class="band" aria-hidden="true" viewBox="0 0 128 6"><path d="'
    + "".join(f"M{x} 3l4-3 4 3-4 3zM{x + 2.7} 3l1.3 1 1.3-1-1.3-1z" for x in range(0, 128, 8))
    + '" fill-rule="evenodd"/></svg>'
)
"""Rhombs in a row, as on a woven belt."""
OPEN = "Escanee con su billetera, escriba cuánto quiere dar y confirme."
FIXED = "Escanee con su billetera y confirme: {money}."


def page(payload: str, words: str, name: str, city: str, amount_cents: int | None) -> str:
    """The page for this code. `words` stand over it, `name` and `city` are whose account it is."""
    how = FIXED.format(money=dollars(amount_cents).replace(".", ",")) if amount_cents else OPEN
    return PAGE.format(
        band=BAND,
        words=escape(words),
        how=how,
        qr=_drawn(payload),
        name=escape(name),
        whose=escape(" · ".join(filter(None, (name, city)))),
    )


def _drawn(payload: str) -> str:
    """In byte mode, with ECI 26 for UTF-8 where it is not ASCII (EMV QRCPS-MPM 1.0, 4.12.1)."""
    symbol = segno.make_qr(payload, error="m", mode="byte", encoding="utf-8", eci=not payload.isascii())
    return symbol.svg_inline(border=QUIET_MODULES, omitsize=True)
