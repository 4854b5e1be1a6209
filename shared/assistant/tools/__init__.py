"""The assistant's tools. Each is also an HTTP function of its own, for the voice assistant."""
