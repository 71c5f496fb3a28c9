"""Position maps of the headerless files, by version: data of the package ``shared.registros``."""
