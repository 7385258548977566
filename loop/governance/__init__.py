"""Where people have a say: what waits for their word, and what policy.toml keeps out. They admit nothing that is not proved."""
