"""What customers and businesses say in each language, and what it means: one module each."""
