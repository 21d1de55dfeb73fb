"""What `commands.why` is made of."""
