"""Python values from INI files, TOML files or dicts, handed to the namespaces that want them."""
