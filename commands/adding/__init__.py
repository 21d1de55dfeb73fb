"""Parts of `commands.add`: examining a table, choosing settings, describing both."""
