"""The commands of the documentation, and how they are run: `python -m tests.docs --help`."""
