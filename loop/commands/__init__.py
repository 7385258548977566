"""The commands of `qed`, one module each; each function returns its exit code."""
