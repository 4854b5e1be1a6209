"""How the world reaches a tenant: one folder per provider, each of them verify, parse, send."""
