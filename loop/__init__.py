"""What to try: the half of QED Loop that is not trusted.

It hands bytes to `verify` and believes verdicts. It writes no statement and no certificate, and nothing enters the graph but
through `verify.graph.admit`.
"""

__version__ = "0.1.0"
