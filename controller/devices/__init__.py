"""The hardware's side of the machine: devices turn bytes and edges into events, and effects into bytes and edges."""
