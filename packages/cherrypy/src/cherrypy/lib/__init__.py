"""What the default tools do, bound to the running request: one module per topic."""
