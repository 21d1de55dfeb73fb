"""The parts of `report.html`, one concept a file; `stages/report.py` puts them together."""
