"""Parts of `commands.predict`."""
