"""What `commands.publish` is made of."""
