"""Ways in which programs get better: each module reads a version to beat and drafts candidates, with what their proofs need."""
