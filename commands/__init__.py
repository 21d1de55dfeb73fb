"""What a person runs beside `dvc`: `python -m commands.NAME`."""

import stages  # noqa: F401  before NumPy: it sets how many threads BLAS has
