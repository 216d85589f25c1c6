"""What runs in the simulated board's own process; its files lie flat there, as the firmware's do."""
