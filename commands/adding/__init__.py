"""Parts of `commands.add`: looking a table over, choosing settings, writing them down."""
