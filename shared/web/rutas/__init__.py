"""Routes of a mechanism: thin; each parses, calls a use case and answers."""
