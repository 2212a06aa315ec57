"""Figures of a deal: who pays whom, debt and its cover, what moves it, what it is worth."""
