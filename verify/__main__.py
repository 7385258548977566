"""`python -m verify ci`: the gate of the graph, without anything of loop/; it starts itself anew, isolated.

Decides: nothing by itself; `isolated` says from where code comes, `command` what is done.
"""

import sys

from verify.isolated import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
