"""Reading a CSV file, of any encoding, cell by cell checked."""
