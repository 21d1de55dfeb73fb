"""What every stage does: being run, reading what earlier ones left, writing files whole."""
