"""Where machines stand, and the makers who want to be found, as GeoJSON (RFC 7946).

Only what a machine tells in its `Meta` is here, so whoever takes her consent back is gone with the next one. A maker has no
place of her own: she stands at her machine. Coordinates are WGS 84, longitude first (RFC 7946, 3.1.1), to five digits, about
a metre (11.2). uMap and QGIS read such a file by its address.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from lab.store.base import Reading

DIGITS = 5


class Maker(NamedTuple):
    """A maker who has agreed to be shown."""

    name: str
    workshop: str


@dataclass(frozen=True, slots=True)
class Place:
    """A machine, the name of its place, its coordinates if it tells them, its makers who agreed."""

    machine: str
    name: str
    lat: float | None
    lon: float | None
    makers: tuple[Maker, ...]

    @property
    def point(self) -> tuple[float, float] | None:
        """Longitude and latitude; None where there are none on this Earth."""
        if self.lat is None or self.lon is None or not (abs(self.lat) <= 90 and abs(self.lon) <= 180):
            return None
        return round(self.lon, DIGITS), round(self.lat, DIGITS)


def places(reading: Reading) -> dict[str, Place]:
    """Every machine that has told what it is, by name. Raises StoreError."""
    notes = reading.rows("SELECT machine, body FROM notes WHERE what = 'meta' ORDER BY machine")
    return {machine: _place(machine, json.loads(body)) for machine, body in notes}


def _place(machine: str, meta: dict[str, Any]) -> Place:
    told = meta.get("place") or {}
    makers = tuple(Maker(one["name"], one.get("workshop") or "") for one in meta.get("makers") or ())
    return Place(machine, str(told.get("name") or ""), told.get("lat"), told.get("lon"), makers)


def geojson(found: dict[str, Place]) -> dict[str, Any]:
    """A FeatureCollection; what has no place is in it without one (RFC 7946, 3.2: `geometry` may be null)."""
    return {
        "type": "FeatureCollection",
        "features": [feature for place in found.values() for feature in _features(place)],
    }


def _features(place: Place) -> Iterator[dict[str, Any]]:
    spot = {"type": "Point", "coordinates": list(place.point)} if place.point else None
    about = {"tipo": "maquina", "nombre": place.name or place.machine, "maquina": place.machine}
    yield {"type": "Feature", "id": place.machine, "geometry": spot, "properties": about}
    for maker in place.makers:
        hers = {"tipo": "costurera", "nombre": maker.name, "taller": maker.workshop, "maquina": place.machine}
        yield {"type": "Feature", "geometry": spot, "properties": hers}
