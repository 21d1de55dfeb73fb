"""Parts of `commands.verify`: rebuilding what was committed, and comparing it bit by bit."""
