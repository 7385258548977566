"""What a graph and its journal teach, as records for training: programs, preferences between programs, and proofs by steps."""
