"""Where proposals come from: a model behind an HTTP endpoint, or a recorded run."""
