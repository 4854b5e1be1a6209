"""The cloud on one machine: emulators, function host, stand-ins for every provider, seed, the phone page."""

import os

# The stack starts children while gRPC is in use; they replace themselves at once and never touch it.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
