"""Generations of the loop: each runs, learns, and is measured on targets that nothing was learned from."""
