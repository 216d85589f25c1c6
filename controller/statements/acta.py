"""The acta of one decision, on paper: what was decided, who voted what and when, and where each word stands in the books.

Whoever has the number and the hash of its last fact can find it again in any copy of the books. Nothing in the file says when
it was printed: the same decision is the same file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from controller.domain import facts as f
from controller.statements.lettering import ASH, BOLD, INK, REGULAR, THREAD, WOOL, band, drawable, wrapped

WIDTH_MM, HEIGHT_MM, MARGIN_MM, STITCH_MM, LINE_MM, FOOT_MM = 210, 297, 18, 1.0, 5.2, 24
FACE = "minga"
BEFORE_ALL = datetime(2026, 1, 1, tzinfo=UTC)
UNSURE = "* El reloj de la máquina no estaba en hora: el momento puede ser otro."
CHOICES = {f.Choice.YES: "sí", f.Choice.NO: "no", f.Choice.ABSTAIN: "se abstiene"}
ENDS = {
    f.Outcome.PASSED: "Aprobada",
    f.Outcome.REJECTED: "No aprobada",
    f.Outcome.NO_QUORUM: "Sin efecto: votaron menos de las que hacían falta",
    f.Outcome.WITHDRAWN: "Retirada por quien la propuso",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of the proposal, its number in the books, and its local time; None when no calendar reaches it."""

    fact: f.Fact
    seq: int
    at: datetime | None
    certain: bool


@dataclass(frozen=True, slots=True)
class Acta:
    """`what` is what was proposed, line by line; `head` the hash of the last fact in hex; `rule` the number of the fact and
    of the rule that came of it."""

    number: int
    title: str
    what: tuple[str, ...]
    lines: tuple[Line, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    head: str = ""
    rule: tuple[int, int] | None = None

    def name(self, member: str) -> str:
        return self.names.get(member) or member

    @property
    def opened(self) -> f.ProposalOpened:
        opened = self.lines[0].fact
        assert isinstance(opened, f.ProposalOpened), f"proposal {self.number} does not begin with its opening"
        return opened


def says(line: Line, acta: Acta) -> str:
    """What happened, in one sentence."""
    match line.fact:
        case f.ProposalOpened(by=by):
            return f"{acta.name(by)} propuso y se abrió la votación"
        case f.Voted(_, member, choice):
            return f"{acta.name(member)}: {CHOICES[choice]}"
        case f.ProposalDecided(_, outcome, yes, no, abstain):
            return f"{ENDS[outcome]}. Sí: {yes}; no: {no}; se abstienen: {abstain}"
        case f.ProposalWithdrawn(by=by):
            return f"{acta.name(by)} retiró la propuesta"
        case f.DecisionCarriedOut(hindered=why) if why:
            return f"Ya no se pudo cumplir ({why})"
        case f.DecisionCarriedOut(by=by):
            return f"{acta.name(by)} la cumplió" if by else "Entró en vigor por sí sola"
        case _:
            return type(line.fact).__name__


def result(acta: Acta) -> str:
    """How it ended, in a word or two; while the vote is open, that it is."""
    for line in reversed(acta.lines):
        if isinstance(line.fact, f.ProposalDecided):
            return ENDS[line.fact.outcome]
        if isinstance(line.fact, f.ProposalWithdrawn):
            return ENDS[f.Outcome.WITHDRAWN]
    return "La votación está abierta"


def rules(acta: Acta) -> tuple[str, ...]:
    """By which statutes it was decided, and who could vote."""
    opened = acta.opened
    who = ", ".join(acta.name(member) for member in opened.voters)
    needed = f"Hacían falta {opened.quorum} de {len(opened.voters)} votos, y a favor {opened.majority} de los sí y no"
    return (f"Podían votar: {who}.", f"{needed}, siempre con más sí que no.")


def as_pdf(acta: Acta, machine: str) -> bytes:
    """The whole acta."""
    pdf = _Paper(acta, machine)
    pdf.add_page()
    pdf.telling(acta.title, 13, bold=True)
    for what in acta.what:
        pdf.telling(what, 11)
    if acta.opened.why:
        pdf.telling(f"Por qué: «{acta.opened.why}»", 11)
    pdf.telling(result(acta), 15, bold=True, above=4)
    for told in rules(acta):
        pdf.telling(told, 9.5)
    pdf.listing()
    pdf.proof()
    return bytes(pdf.output())


class _Paper(FPDF):
    """The pages of one acta. Lengths are millimetres."""

    def __init__(self, acta: Acta, machine: str) -> None:
        super().__init__(format="A4")
        self.acta, self.machine = acta, machine
        self.add_font(FACE, "", REGULAR)
        self.add_font(FACE, "B", BOLD)
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(False)
        self.set_title(f"Acta de la decisión {acta.number}")
        self.set_lang("es-EC")
        made = acta.lines[-1].at
        self.set_creation_date(made.replace(tzinfo=UTC) if made else BEFORE_ALL)

    def header(self) -> None:
        for colour, x, y, width, height in band("", WIDTH_MM, STITCH_MM):
            self.set_fill_color(*colour)
            self.rect(x, y, width, height, style="F")
        self.set_y(16)
        self._type(18 if self.page_no() == 1 else 10, bold=True)
        self._line(f"Acta de la decisión {self.acta.number}", 9)
        self._type(9.5, colour=ASH)
        self._line(f"Máquina {self.machine}", 6)
        self.ln(3)

    def footer(self) -> None:
        self.set_y(HEIGHT_MM - 12)
        self._type(7.5, colour=ASH)
        self.cell(0, 4, f"Hoja {self.page_no()} de {{nb}}. Acta {self.acta.number}, libro hasta el hecho {self._last}")

    @property
    def _last(self) -> int:
        return self.acta.lines[-1].seq

    def telling(self, text: str, size: float, bold: bool = False, above: float = 0) -> None:
        """A sentence, in as many lines as it needs."""
        self.ln(above)
        self._type(size, bold)
        for line in wrapped(text, WIDTH_MM - 2 * MARGIN_MM - 2, self.get_string_width):
            self._room(size * 0.5)
            self._line(line, size * 0.5)

    def listing(self) -> None:
        """Every fact with its number and its moment, in the order of the books."""
        self.ln(5)
        self.set_fill_color(*WOOL)
        self._type(8.5, bold=True)
        for heading, width in (("hecho", 16), ("cuándo", 36), ("qué", 122)):
            self.cell(width, 6.5, heading, fill=True)
        self.ln(7)
        for line in self.acta.lines:
            self._room(LINE_MM + 2)
            self._type(9.5)
            self.cell(16, LINE_MM, str(line.seq))
            moment = f"{line.at:%d/%m/%Y %H:%M}" if line.at else "sin fecha"
            self.cell(36, LINE_MM, moment + ("" if line.certain else " *"))
            self.cell(122, LINE_MM, wrapped(says(line, self.acta), 120, self.get_string_width)[0])
            self.ln(LINE_MM + 1)
            self.set_draw_color(*THREAD)
            self.line(MARGIN_MM, self.get_y(), WIDTH_MM - MARGIN_MM, self.get_y())
            self.ln(1)

    def proof(self) -> None:
        """Where it can be found again, and room to sign."""
        if not all(line.certain for line in self.acta.lines):
            self.telling(UNSURE, 8.5, above=2)
        if self.acta.rule:
            seq, rule_id = self.acta.rule
            self.telling(
                f"De esta decisión salió el reparto {rule_id} (hecho {seq}). Lo ya vendido no cambia.", 9.5, above=3
            )
        self.telling(f"Huella del hecho {self._last}:", 8.5, above=3)
        self.telling(" ".join(self.acta.head[at : at + 8] for at in range(0, len(self.acta.head), 8)), 8.5)
        self.telling("Nadie puede cambiar el libro sin que esta huella deje de coincidir.", 8.5)
        self._room(30)
        self.ln(20)
        for who in (self.acta.name(self.acta.opened.by), "por la asamblea"):
            self.cell(75, 5, drawable(who), border="T", align="C")
            self.cell(20, 5, "")

    def _room(self, height: float) -> None:
        if self.get_y() + height > HEIGHT_MM - FOOT_MM:
            self.add_page()

    def _type(self, size: float, bold: bool = False, colour: tuple[int, int, int] = INK) -> None:
        self.set_font(FACE, "B" if bold else "", size)
        self.set_text_color(*colour)

    def _line(self, text: str, height: float) -> None:
        self.cell(0, height, drawable(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
