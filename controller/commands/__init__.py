"""The controller's own sub-commands of `minga`, one file each."""
