"""From the columns of a table to the features of a network, fitted on training rows."""

from nn.preparing.preprocessing.coding import Coded, Oddity, of_each_column
from nn.preparing.preprocessing.fitting import (
    Preprocessing,
    features_of,
    fit_preprocessing,
    of_numbers,
    recode,
)
from nn.preparing.preprocessing.preparation import REST, UNSEEN, Preparation, from_json, to_json

__all__ = ["REST", "UNSEEN", "Coded", "Oddity", "Preparation", "Preprocessing", "features_of"]
__all__ += ["fit_preprocessing", "from_json", "of_each_column", "of_numbers", "recode", "to_json"]
