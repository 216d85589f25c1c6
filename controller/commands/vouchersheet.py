"""Vouchers to be printed and cut: one HTML page in Spanish for A4 paper, its QR codes drawn in it, nothing fetched."""

from collections.abc import Iterable
from datetime import date
from html import escape

import segno

from controller.commands.voucherbook import Issued
from controller.domain.money import dollars

MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
PAGE = """<!doctype html>
<html lang="es">
<meta charset="utf-8">
<title>Vales</title>
<style>
@page {{ size: A4; margin: 10mm }}
body {{ margin: 0; font: 10.5pt/1.25 sans-serif; color: #000 }}
main {{ display: grid; grid-template-columns: 1fr 1fr }}
article {{ display: grid; grid-template-columns: 42mm 1fr; gap: 3mm; align-items: center; min-height: 67mm;
  padding: 4mm; border: 1px dashed #777; break-inside: avoid; box-sizing: border-box }}
svg {{ width: 42mm; height: 42mm }}
h2 {{ margin: 0; font-size: 17pt }}
p {{ margin: 1mm 0 0 }}
small {{ display: block; font-size: 8pt }}
b {{ white-space: nowrap }}
</style>
<main>
{vouchers}
</main>
</html>
"""
ONE = """<article>
{qr}
<div>
<h2>Vale por {money}</h2>
<p>{words}</p>
<p><strong>Un solo uso.</strong> Hasta el {until}.</p>
<p>Solo en la máquina <b>{machine}</b>. Muestre el código al lector y elija su prenda.</p>
<p><small>Guárdelo como dinero: quien lo muestre primero, o una foto de él, lo usa. N.º {number}</small></p>
</div>
</article>"""


def sheet(issued: Iterable[Issued]) -> str:
    """The page, with eight vouchers on a sheet of paper."""
    return PAGE.format(vouchers="\n".join(map(_one, issued)))


def _one(one: Issued) -> str:
    qr = segno.make_qr(one.code, error="m").svg_inline(border=4, omitsize=True)
    return ONE.format(
        qr=qr,
        money=dollars(one.cents).replace(".", ","),
        words=escape(one.words),
        until=_day(date.fromisoformat(one.until)),
        machine=escape(one.machine),
        number=one.voucher_id,
    )


def _day(day: date) -> str:
    return f"{day.day} de {MONTHS[day.month - 1]} de {day.year}"
