"""The section of a wallet that is paid by a QR code: whose it is, where its keys lie, and its clocks."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from controller.config.sections import Section
from controller.domain.fees import Fee

LOOPBACK = ("127.0.0.1", "::1", "localhost")
KeyFile = Annotated[str, Field(pattern="^/.")]


class Wallet(Section):
    """A wallet that is paid by a QR code. None by default; for each account at a provider write one such table."""

    provider: Literal["deuna", "pix"] = "deuna"
    """Whose language it is: `deuna`, or `pix` for the Pix API and what is like it. Neither was ever tried for real."""
    name: Annotated[str, Field(pattern="^[a-z][a-z0-9-]{1,19}$")] = "deuna"
    """What visitors and the books call it: its money lies in the account `wallet:` and this name."""
    url: str = ""
    """The provider's address, without a path for Deuna: https, or http on this computer for a simulated one. Left out it is
    Deuna's, as integrators found it (unverified); for `pix` it must be given."""
    point_of_sale: str = ""
    """Who is paid: the number that Deuna issued, or the Pix key. It must be given."""
    key_file: KeyFile = "/etc/minga/wallet.key"
    """A file of mode 0600, outside of any repository, that holds the key alone: Deuna's `x-api-key`, or the bearer token."""
    secret_file: KeyFile = "/etc/minga/wallet.secret"
    """The same for Deuna's `x-api-secret`; `pix` has none."""
    screen_s: Annotated[int, Field(ge=20, le=900)] = 120
    """How long the screen waits for a payment; with several wallets the longest counts for all."""
    expiry_s: Annotated[int, Field(ge=30, le=3_600)] = 180
    """After this the provider lets nobody pay any more; longer than the screen waits. Whole minutes at Deuna, where 3 are
    the life of the number that is typed (that `expiredTime` counts minutes is unverified)."""
    watch_s: Annotated[int, Field(ge=60, le=86_400)] = 900
    """So long a payment nobody waits for is looked at every few seconds; longer than its expiry."""
    sweep_days: Annotated[int, Field(ge=1, le=30)] = 7
    """So long it is looked at every ten minutes; a payment found then goes back, or is owed by a claim code."""
    refund_until: Annotated[str, Field(pattern="^(|[1-9][0-9]{0,3}[hd]|([01][0-9]|2[0-3]):[0-5][0-9]|day)$")] = ""
    """Until when the provider gives money back, from when it was asked for: `24h`, `90d`, `20:00` of that day, or `day` for
    its midnight. Left out `24h` for Deuna, which has said both that and `day` (unverified), and `90d` for `pix`."""
    try_cancel: bool = False
    """Also call Deuna's way to cancel, which is not verified. Nothing is believed of its answer; `pix` always cancels."""
    check_s: Annotated[int, Field(ge=10, le=600)] = 60
    """How long the provider may be left alone before it is asked for a sign of life. Without one no code is shown."""
    fee_bp: Annotated[int, Field(ge=0, le=5_000)] = 0
    """What the provider takes of a payment, in hundredths of a percent: 200 are 2 %. Who bears it, the split rule says."""
    fee_cents: Annotated[int, Field(ge=0, le=1_000)] = 0
    """What it takes of each payment besides."""
    fee_vat_bp: Annotated[int, Field(ge=0, le=5_000)] = 0
    """The VAT on both, in hundredths of a percent."""
    proxy: str = ""
    """The proxy that the museum's network wants, such as `http://10.0.0.1:3128`; none is taken from the environment."""

    @property
    def fee(self) -> Fee:
        """The contract as the books reckon with it."""
        return Fee(self.fee_bp, self.fee_cents, self.fee_vat_bp)

    @model_validator(mode="after")
    def _clocks_in_their_order(self) -> "Wallet":
        """A code that still can be paid after nobody looks any more would lose somebody's money."""
        clocks = (self.screen_s, self.expiry_s, self.watch_s, self.sweep_days * 86_400)
        if not clocks[0] < clocks[1] < clocks[2] < clocks[3]:
            raise ValueError(
                "`screen_s`, `expiry_s`, `watch_s` and `sweep_days` must each be longer than the one before"
            )
        return self

    @model_validator(mode="after")
    def _what_the_provider_needs(self) -> "Wallet":
        if not self.point_of_sale:
            raise ValueError("`point_of_sale` is missing: without it nobody can be paid")
        if self.provider == "deuna" and not (self.point_of_sale.isascii() and self.point_of_sale.isdigit()):
            raise ValueError("`point_of_sale` is a number at Deuna, which issues it")
        if self.provider == "deuna" and self.expiry_s % 60:
            raise ValueError("`expiry_s` is in whole minutes at Deuna, such as 180")
        if self.provider == "pix" and not self.url:
            raise ValueError("`url` is missing: there is no one address for `pix`")
        return self

    @model_validator(mode="after")
    def _nobody_reads_along(self) -> "Wallet":
        """Keys go over the line: only encrypted, or not beyond this computer."""
        for name, url in (("url", self.url), ("proxy", self.proxy)):
            parts = urlsplit(url)
            plain = parts.scheme == "http" and (name == "proxy" or parts.hostname in LOOPBACK)
            if url and not (parts.hostname and (parts.scheme == "https" or plain)):
                raise ValueError(f"`{name}` must begin with https://; plain http is only for 127.0.0.1 and for a proxy")
            if parts.query or parts.fragment or (name == "url" and parts.username is not None):
                raise ValueError(f"`{name}` is an address alone: keys lie in `key_file` and `secret_file`")
        return self
