"""What several commands are made of."""
