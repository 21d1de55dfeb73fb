"""What an experiment may be called."""

import yaml
from pydantic import TypeAdapter, ValidationError

from nn.errors import InputError
from stages.running.parameters.sections import Key
from stages.running.parameters.yaml12 import Loader


def check_name(name: str) -> None:
    """Raise InputError for what cannot be an experiment's key, or what YAML takes for no text."""
    try:
        TypeAdapter(Key).validate_python(name)
        is_text = yaml.load(name, Loader=Loader) == name
    except (ValidationError, yaml.YAMLError):
        is_text = False
    if not is_text:
        raise InputError(
            f"{name!r} cannot be the name of an experiment: take letters, digits, _ and -, but no "
            "number and no word of YAML's, such as true"
        )
