"""Figures of a campus: energy, cooling, water, power, carbon."""
