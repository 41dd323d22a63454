"""Look into a running process: figures that a site collects about itself."""
