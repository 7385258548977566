"""An MCP server over specs and a graph: coding agents look at targets, try candidates, and hand in what is to be judged."""
