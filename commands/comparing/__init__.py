"""Parts of `commands.compare`: the figures of two states of the project, side by side."""
