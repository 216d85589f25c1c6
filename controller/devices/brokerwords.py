"""Why the lab's broker cannot be reached, in words that say what to look at.

A clock that is wrong breaks TLS in a way nobody expects: a machine in 1970 holds every certificate for one of the future. So
the certificate is looked at once more, without believing it, only to say when it begins and what the clock says.
"""

import contextlib
import socket
import ssl
from datetime import UTC, datetime

from controller.config import Sync
from controller.devices.walletline import key_in
from controller.errors import MingaError

NOT_YET_VALID, EXPIRED, WRONG_NAME = 9, 10, 62
"""X509_V_ERR_CERT_NOT_YET_VALID, _CERT_HAS_EXPIRED and _HOSTNAME_MISMATCH (OpenSSL, X509_STORE_CTX_get_error)."""
LOOK_S = 5.0


def password(sync: Sync) -> str | None:
    """The password, if there is one. Raises MingaError with the way out."""
    return key_in(sync.password_file) if sync.password_file else None


def tls(sync: Sync) -> ssl.SSLContext:
    """How the broker is proven, and how we prove ourselves. Raises MingaError for files that are not what they should be.

    Made anew for each call, so that a certificate that was replaced counts from the next one on.
    """
    try:
        for file in (sync.ca_file, sync.cert_file, sync.key_file):
            if file:
                file.open("rb").close()  # of a missing file OpenSSL says only that something is missing
        context = ssl.create_default_context(cafile=sync.ca_file)
        if sync.cert_file:
            context.load_cert_chain(sync.cert_file, sync.key_file)
    except ssl.SSLError as error:
        raise MingaError(f"`sync.ca_file`, `sync.cert_file` or `sync.key_file` holds something else: {error}") from None
    except OSError as error:
        raise MingaError(f"{error.filename}: {error.strerror}") from None
    return context


def why(sync: Sync, error: OSError) -> str:
    """What came between us and the broker."""
    host, port = sync.address
    match error:
        case ssl.SSLCertVerificationError():
            return _distrusted(sync, error)
        case socket.gaierror():
            return f"nobody knows where {host} is ({error.strerror}): is there a network, and is `sync.broker` spelt right?"
        case ConnectionRefusedError():
            return f"nobody answers at {host}:{port}: does the broker run, and is the port right?"
        case TimeoutError():
            return f"{host}:{port} does not answer in time"
        case ssl.SSLError():
            return f"{host}:{port} and this machine do not agree about TLS: {error.reason or error}"
        case _:
            return f"{host}:{port} cannot be reached: {error.strerror or error}"


def _distrusted(sync: Sync, error: ssl.SSLCertVerificationError) -> str:
    """Which certificate is not believed, and whether the clock is to blame."""
    host, _ = sync.address
    if error.verify_code == WRONG_NAME:
        return f"the broker's certificate is not for {host}: {error.verify_message}"
    if error.verify_code not in (NOT_YET_VALID, EXPIRED):
        return f"the broker's certificate is not believed ({error.verify_message}): look at `sync.ca_file`"
    now, span = f"the clock here says {datetime.now(UTC):%d.%m.%Y %H:%M} UTC", _validity(sync)
    if error.verify_code == NOT_YET_VALID:
        begins = f", and it begins on {span[0]:%d.%m.%Y}" if span else ""
        return f"the broker's certificate is not valid yet: {now}{begins}. Set the clock; selling goes on meanwhile"
    ended = f", and it ended on {span[1]:%d.%m.%Y}" if span else ""
    return f"the broker's certificate is not valid any more: {now}{ended}. Is the clock right? Else it must be renewed"


def _validity(sync: Sync) -> tuple[datetime, datetime] | None:
    """From when to when the broker's certificate is valid, as it says itself; None when it does not show it again."""
    from cryptography import x509

    context = tls(sync)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with contextlib.suppress(OSError, ValueError), socket.create_connection(sync.address, LOOK_S) as line:
        with context.wrap_socket(line, server_hostname=sync.address[0]) as seen:
            shown = seen.getpeercert(binary_form=True)
        if shown:
            certificate = x509.load_der_x509_certificate(shown)
            return certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return None
