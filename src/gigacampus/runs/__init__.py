"""How it is run: the only floor that calls the doors of the engines."""
