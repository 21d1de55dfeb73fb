"""What `commands.remove` and `commands.rename` are made of."""
