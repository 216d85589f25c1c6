"""What is said on each wire: bytes in, events out, no port and no clock. Siblings do not know each other."""
