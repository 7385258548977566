"""Conjectures rewrite rules: terms that came to the same on all samples, the general ones first, without those that follow.

After Nandi et al., Rewrite Rule Inference Using Equality Saturation (OOPSLA 2021). What a conjecture is worth Lean says.
"""
