"""The model side of the loop: what is asked, what it costs, what comes back, and what is written down of it."""
