"""Ways in which programs get better: each module reads a version to beat and drafts candidates, with what their proofs need.

Schemes that save products at the price of sums (two matrices of order two with seven products, complex numbers with three,
Karatsuba's) are none of them: a product costs one tick, as a sum does, so that the naive schemes are the cheaper ones (12
operators against 25, 6 against 8, 5 against 7). What such functions compute twice is the business of `rewriting`.
"""
