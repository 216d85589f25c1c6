"""An authority that signs certificates for tests, with any span of validity; keys are made anew each time."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


class Authority:
    """`file` is its own certificate; `signs` writes `NAME.pem` and `NAME.key` beside it."""

    def __init__(self, folder: Path, name: str = "Autoridad del laboratorio") -> None:
        self._folder, self._key, self._name = folder, ec.generate_private_key(ec.SECP256R1()), _named(name)
        folder.mkdir(parents=True, exist_ok=True)
        own = self._unsigned(self._name, self._key, -30, 3_650).add_extension(x509.BasicConstraints(True, None), True)
        self.file = _written(folder / "ca.pem", own.sign(self._key, hashes.SHA256()))

    def signs(self, name: str, from_days: int = -1, to_days: int = 30) -> tuple[Path, Path]:
        """A certificate for `name`, and for this computer, valid from so many days from now on; and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        here = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        made = self._unsigned(_named(name), key, from_days, to_days)
        made = made.add_extension(x509.SubjectAlternativeName(here), False)
        file, secret = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        _written(file, made.sign(self._key, hashes.SHA256()))
        form = serialization.PrivateFormat.PKCS8
        secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
        secret.chmod(0o600)
        return file, secret

    def _unsigned(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, from_days: int, to_days: int
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder(self._name, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(now + from_days * DAY)
            .not_valid_after(now + to_days * DAY)
        )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _written(file: Path, certificate: x509.Certificate) -> Path:
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return file
