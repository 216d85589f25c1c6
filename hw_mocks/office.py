"""The co-op's office beside a simulated museum: it makes keys, issues vouchers and joins the simulated wallet.

What is the office's own stays in its folder: the private key, the register, the papers. The machine gets the public key,
the two keys of its wallet's account, and a few lines of configuration.
"""

import io
import shutil
import socket
from contextlib import redirect_stdout
from datetime import datetime, timedelta, timezone
from pathlib import Path

from controller.commands import voucher, voucherbook
from controller.commands.voucherbook import Issued
from hw_mocks.museum import MACHINE
from hw_mocks.wallets.deuna import POINT_OF_SALE

QUITO = timezone(timedelta(hours=-5))
WALLET = "deuna"
VOUCHER_CENTS = 500
GOOD_FOR = timedelta(days=90)
SAME_CODE_MS = 200
"""So soon after it was seen a code counts as the same showing; the shortest there is, for visitors at high speed."""
WALLET_KEYS = {"wallet.key": "clave-simulada", "wallet.secret": "secreto-simulado"}
SETTINGS = """
[[wallets]]
provider = "deuna"
name = "{wallet}"
point_of_sale = "{point_of_sale}"
url = "http://127.0.0.1:{port}"
key_file = "{folder}/wallet.key"
secret_file = "{folder}/wallet.secret"
fee_bp = 200
fee_vat_bp = 1500

[scanner]
port = "run/scanner"
same_code_ms = {same_code_ms}

[vouchers]
keys = {{ 1 = "vales-1.pub" }}
"""
"""2 % and the VAT on it: what one integrator reported of one contract."""


class Office:
    """The office of the machine in `museum`, in a folder `office` of its own."""

    def __init__(self, museum: Path) -> None:
        self._museum, self.folder = museum, museum / "office"

    def found(self) -> str:
        """Make the keys and hand over what is the machine's; its configuration's lines for wallet, scanner and vouchers."""
        self.folder.mkdir(mode=0o700)
        with redirect_stdout(io.StringIO()):
            voucher.keys(self.folder / "vales-1")
        shutil.copyfile(self.folder / "vales-1.pub", self._museum / "vales-1.pub")
        for name, key in WALLET_KEYS.items():
            voucherbook.append(self._museum / name, f"{key}\n", 0o600)
        return SETTINGS.format(
            wallet=WALLET,
            point_of_sale=POINT_OF_SALE,
            port=_free_port(),
            folder=self._museum.resolve(),
            same_code_ms=SAME_CODE_MS,
        )

    def voucher(self) -> Issued:
        """One more voucher for this machine, in the register before anybody sees it."""
        register = self.folder / "vales.jsonl"
        with redirect_stdout(io.StringIO()):
            voucher.issue(
                key=self.folder / "vales-1.key",
                machine=MACHINE,
                cents=VOUCHER_CENTS,
                until=datetime.now(QUITO) + GOOD_FOR,
                words="Entrada del museo",
                register=register,
            )
        return voucherbook.read(register)[-1]

    def paper(self, name: str) -> Path:
        """One more voucher in a file that holds its code alone, for whoever wants to hold it to the scanner."""
        paper = self.folder / name
        voucherbook.append(paper, f"{self.voucher().code}\n", 0o600)
        return paper


def _free_port() -> int:
    """A port of this computer that nobody listens on, for the simulated provider."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
