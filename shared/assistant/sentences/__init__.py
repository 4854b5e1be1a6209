"""What code says, a module per language. They are typeset; a text message gets them folded (see `phrases`)."""
