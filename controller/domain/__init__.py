"""What selling means: pure functions and frozen values, the standard library only, no clock and no device."""
