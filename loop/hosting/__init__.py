"""Self-hosting: functions of the loop of which it runs the version that was accepted, loaded from the graph by its name."""
