"""What the functions share. A room imports only from the rooms below it (see pyproject.toml, import-linter)."""
