"""The lemmas of a graph as a library: what each is worth on past goals, which are offered, and more general ones from proofs."""
