"""The pictures of a training, one file each. Nothing here keeps state between two pictures."""
