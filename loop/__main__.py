"""`python -m loop` is `qed`."""

import sys

from loop.cli import main

if __name__ == "__main__":
    sys.exit(main())
