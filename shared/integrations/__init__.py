"""Services that a business already uses and that the assistant asks on its behalf: Jackrabbit."""
