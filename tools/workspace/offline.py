"""A hook of mkdocs: let pages be searched that are opened from files.

What such a page must not fetch, it may load as a script: the index is written as one, too.
"""

from pathlib import Path
from typing import Any


def on_post_build(config: Any) -> None:
    """Write the script beside the index."""
    directory = Path(config["site_dir"]) / "search"
    index = (directory / "search_index.json").read_text("utf-8")
    (directory / "search_index.js").write_text(f"var __index = {index};\n", "utf-8")
