"""What a person runs beside `dvc`: `python -m commands.NAME`."""
