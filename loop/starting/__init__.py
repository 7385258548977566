"""What a stranger begins with: a spec with its test, and a folder that holds them."""
