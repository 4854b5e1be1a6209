"""Twins of the providers on loopback: each speaks its provider's own wire protocol, so real clients run unchanged."""
