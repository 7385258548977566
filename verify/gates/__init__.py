"""The gates, cheap to dear; each takes a Task and lets it pass or says why not."""
