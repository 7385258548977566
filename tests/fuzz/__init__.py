"""Random programs of the whole language, run by every reading of it; docs/fuzzing.md says how to use it."""
