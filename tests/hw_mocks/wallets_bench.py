"""What the tests of the simulated wallets share: time that stands until it is moved, and merchants who call by HTTP."""

import http.client
import json
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx

DEUNA = "/merchant/v1/payment/"
KEYS = {"x-api-key": "clave-de-prueba", "x-api-secret": "secreto-de-prueba"}
BEARER = {"authorization": "Bearer ficha-de-prueba"}
REFERENCE = "AAAABBBBCCCCDDDD"
TXID = "mingaAAAABBBBCCCCDDDD00000"
NOON_MS = 1_789_664_400_000
"""Noon in Quito on 17 September 2026."""
ANSWER_S = 5.0


class Time:
    """Milliseconds that pass only when told; the wall clock goes with them."""

    def __init__(self) -> None:
        self.now_ms = 1_000_000

    def mono(self) -> int:
        return self.now_ms

    def wall(self) -> int:
        return NOON_MS + self.now_ms - 1_000_000

    def pass_by(self, **parts: int) -> None:
        """Such as `pass_by(hours=2, minutes=5)`."""
        in_ms = {"ms": 1, "seconds": 1_000, "minutes": 60_000, "hours": 3_600_000, "days": 86_400_000}
        self.now_ms += sum(in_ms[name] * count for name, count in parts.items())


class Lean:
    """As much of `httpx.Client` as a merchant needs, at a third of its cost. Raises OSError when nobody answers."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", urlsplit(url).port, timeout=ANSWER_S)
        self._headers = headers | {"content-type": "application/json"}

    def call(self, method: str, path: str, json_: Any = None) -> SimpleNamespace:
        try:
            self._line.request(method, path, json.dumps(json_).encode(), self._headers)
            answer = self._line.getresponse()
            body = answer.read()
        except OSError:
            self._line.close()
            raise
        return SimpleNamespace(status_code=answer.status, json=lambda: json.loads(body))

    def get(self, path: str) -> SimpleNamespace:
        return self.call("GET", path)

    def post(self, path: str, json: Any) -> SimpleNamespace:
        return self.call("POST", path, json)

    def put(self, path: str, json: Any) -> SimpleNamespace:
        return self.call("PUT", path, json)

    def patch(self, path: str, json: Any) -> SimpleNamespace:
        return self.call("PATCH", path, json)

    def close(self) -> None:
        self._line.close()


class Merchant:
    """A caller that knows only the address and its keys."""

    def __init__(self, url: str, headers: dict[str, str], answer_s: float = ANSWER_S, lean: bool = False) -> None:
        options: dict[str, Any] = {"timeout": answer_s, "trust_env": False, "verify": False}
        self.http: Any = Lean(url, headers) if lean else httpx.Client(base_url=url, headers=headers, **options)

    def close(self) -> None:
        self.http.close()

    # Deuna

    def deuna(self, call: str, **fields: Any) -> httpx.Response:
        return self.http.post(DEUNA + call, json=fields)

    def request(self, **changes: Any) -> httpx.Response:
        """A request for 12.50 as the integrators' notes have it, with these fields changed; None leaves one out."""
        fields = {
            "pointOfSale": "4200000",
            "qrType": "dynamic",
            "amount": 12.5,
            "detail": "chumpi rojo",
            "internalTransactionReference": REFERENCE,
            "format": "5",
            "expiredTime": 3,
        } | changes
        return self.deuna("request", **{name: value for name, value in fields.items() if value is not None})

    def info(self, wanted: str = REFERENCE, kind: Any = "1") -> dict[str, Any]:
        return dict(self.deuna("info", idTransacionReference=wanted, idType=kind).json())

    def refund(self, transaction: str) -> httpx.Response:
        return self.deuna("refund", idTransacionReference=transaction, idType="0")

    # Pix

    def put(self, txid: str = TXID, dollars: str = "12.50", expires_s: int = 180) -> httpx.Response:
        fields = {
            "calendario": {"expiracao": expires_s},
            "valor": {"original": dollars},
            "chave": "cuenta-de-la-minga",
        }
        return self.http.put(f"/cob/{txid}", json=fields)

    def cob(self, txid: str = TXID) -> dict[str, Any]:
        return dict(self.http.get(f"/cob/{txid}").json())

    def give_back(self, e2eid: str, refund_id: str, dollars: str = "12.50") -> httpx.Response:
        return self.http.put(f"/pix/{e2eid}/devolucao/{refund_id}", json={"valor": dollars})
