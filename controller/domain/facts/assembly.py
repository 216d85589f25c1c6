"""Facts about the people who own the machine: who may do what, and whose phone is whose."""

from dataclasses import dataclass

from controller.domain.facts.base import Fact


@dataclass(frozen=True, slots=True)
class RolesSet(Fact):
    """What a member may do from now on: her roles in order of their names, or none, when she has left."""

    member: str
    roles: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class PairingOpened(Fact):
    """Somebody at the open door pressed the service button: for two minutes the screen shows a code that binds a phone."""

    pairing_id: int


@dataclass(frozen=True, slots=True)
class PhonePaired(Fact):
    """A phone is a member's from now on: she, or whoever holds the door's key, confirmed it on the machine's own screen."""

    pairing_id: int
    member: str
    phone: str


@dataclass(frozen=True, slots=True)
class PhoneRevoked(Fact):
    """A phone is nobody's any more: lost, sold or given away."""

    phone: str
    by: str


AssemblyFact = RolesSet | PhonePaired | PhoneRevoked
"""Every fact that the assembly's state (`controller.domain.assembly`) is made of. They are few."""
