"""How `split` and `normalize` prepare rows, for those who prepare others alike."""
