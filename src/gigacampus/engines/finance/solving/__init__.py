"""Unknowns found from published figures; whether all figures can be true, and what would close a deal that does not."""
