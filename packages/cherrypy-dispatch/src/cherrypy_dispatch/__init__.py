"""Object publishing: from a path to a handler, its arguments and its config."""
