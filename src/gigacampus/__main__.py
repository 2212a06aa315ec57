"""``python -m gigacampus`` is the command line."""

from gigacampus.faces.cli import main

main()
