"""The sweep for the co-op's minutes: plain Spanish on paper, to be read aloud, signed by two and filed."""

from datetime import date, datetime

from controller.commands.sweepwords import LISTS, Tongue, listed, watched
from controller.commands.vouchersheet import MONTHS
from controller.domain.money import dollars
from controller.ledger.sweep import Line, Sweep, What

SIGNED = """Se leyó en voz alta y firman:


______________________________      ______________________________
quien revisó                        quien acompañó"""


def acta(swept: Sweep, machine: str) -> str:
    """The whole page."""
    first, last = _day(swept.first_day), _day(swept.last_day)
    days = f"Día revisado: {first}" if first == last else f"Días revisados: del {first} al {last}"
    lines = [f"ACTA DE REVISIÓN, máquina {machine}", f"{days}, y todo lo anterior que sigue abierto.", ""]
    for name in LISTS:
        lines += listed(name, getattr(swept, name), SPANISH)
    return "\n".join([*lines, *watched(swept.watched, SPANISH), "", SIGNED])


def _day(day: date) -> str:
    return f"{day.day} de {MONTHS[day.month - 1]} de {day.year}"


def _time(line: Line) -> str:
    try:
        moment = datetime.fromisoformat(line.at[:16])
    except ValueError:
        return "sin fecha"
    return moment.strftime("%d/%m/%Y %H:%M") + ("" if line.certain else " (reloj sin poner en hora)")


SPANISH = Tongue(
    headings={
        "payments": ("1. Pagos sin prenda", "Ningún pago quedó sin su prenda."),
        "stuck": ("2. Dinero que no termina de volver", "Ningún dinero lleva demasiado tiempo en camino."),
        "drops": ("3. Prendas sin pago", "Ninguna prenda quedó sin su pago, según los libros y los conteos."),
        "doubts": ("4. Prendas en duda", "Ninguna prenda está en duda."),
        "debts": ("5. Por devolver", "No hay nada por devolver."),
        "watched": ("6. Pagos pedidos que nadie ha visto pagados", "No se espera ningún pago."),
    },
    sentences={
        What.ASKED: "{payment}: la máquina lo está pidiendo a una visitante.",
        What.WATCHED: "{payment}: nadie lo ha visto pagado; la máquina sigue preguntando.",
        What.CREDIT: "{payment}: está pagado y sigue en la máquina; puede que haya una visitante.",
        What.ON_ITS_WAY: "{payment}: {came}; está en camino de vuelta y falta la prueba de que llegó{accepted}.",
        What.WENT_BACK: "{payment}: {came}; se devolvió con el número {number}{told}.",
        What.OWED: "{payment}: {came}; no pudo volver («{why}»){told} y está por devolver con el código {claim}.",
        What.SETTLED: "{payment}: {came}; no pudo volver («{why}»){told}; el código {claim} ya se resolvió.",
        What.BACK_IN_DOUBT: "pago {payment_id} por {provider}: no se sabe si volvió («{why}»); código {claim}.",
        What.VOUCHER: "vale {voucher}: en esa visita no cayó nada; su dinero salió en monedas, o está por devolver.",
        What.UNPAID: "venta {vend_id}, espiral {slot}: se vendió sin que alcanzara el dinero. Revisar los libros.",
        What.MISSING: "espiral {slot}: {by} contó {pieces} menos que los libros: cayeron, o alguien las sacó.",
        What.TAKEN_BACK: "venta {vend_id}: {by} la deshizo y devolvió el dinero de {place}: «{why}».",
        What.DOUBT: "espiral {slot}, venta {vend_id}: no se sabe si cayó («{why}»){by_payment}; código {claim}. Contar.",
        What.DOUBT_REFUNDED: "espiral {slot}, código {claim}: {by} devolvió el dinero de {place}; si cayó, nadie la pagó.",
        What.HOPPERS_SHORT: "código {claim}: la máquina no tuvo vuelto para devolverlo.",
        What.LEFT_BEHIND: "código {claim}: una visitante se fue y lo dejó.",
        What.COINS_IN_DOUBT: "código {claim}: no se sabe si estas monedas salieron de {place}. Contar.",
        What.NOT_RETURNED: "código {claim}: el pago {payment_id} no pudo volver por {provider} («{why}»){told}.",
    },
    payment="pago {payment_id} por {provider} para el espiral {slot}, {reference}",
    came="se pagó y no cayó nada",
    late="se pagó tarde, o por otro valor",
    accepted=" (la aceptaron con el número {number})",
    alone=", dice {by}",
    together=", dicen {by} y {witness}",
    by_payment=" y se pagó con el pago {payment_id}",
    watched="Son {count} y la máquina sigue preguntando: pagos {numbers}.",
    total="en total {sum}",
    money=lambda cents: dollars(cents).replace(".", ","),
    time=_time,
)
