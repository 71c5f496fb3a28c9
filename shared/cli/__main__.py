"""``python -m shared.cli`` is ``mecanismos``."""

from shared.cli.app import main

main()
