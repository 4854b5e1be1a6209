"""The message pipeline: receive, answer, send, report, sweep (the protocol and its proofs: docs/pipeline.md)."""
