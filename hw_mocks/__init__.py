"""The simulated machine: devices that speak the real protocols on real pseudo-terminals, and a world they stand in."""
