"""The cloud on one machine: emulators, function host, stand-ins for every provider, seed, the phone page."""
