"""A whole machine: Debian booted under systemd-nspawn, perild installed and provisioned in it, the world around it."""
