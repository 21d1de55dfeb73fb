"""What can be chosen by name: a registry has, under each name, a function that makes it.

The parameters of such a function are settings of the same names: momentum(momentum) needs the
setting `momentum`. So nothing has to be listed twice.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from nn.errors import InputError, nearest

Made = TypeVar("Made")
Choice = TypeVar("Choice")


def settings_needed(factory: Callable[..., object]) -> list[str]:
    """List the settings that a choice takes, by the names of its function's parameters."""
    return list(inspect.signature(factory).parameters)


def values_needed(factory: Callable[..., object], settings: object) -> dict[str, Any]:
    """Look up the settings that a choice takes; raises InputError where one is None."""
    values = {name: getattr(settings, name) for name in settings_needed(factory)}
    for name, value in values.items():
        if value is None:
            raise InputError(f"{name} is missing: {factory.__name__} needs it")
    return values


def named(registry: Mapping[str, Choice], name: str, kind: str) -> Choice:
    """Look up a choice; raises InputError, with the nearest names, where there is none such."""
    if name not in registry:
        raise InputError(f"there is no {kind} {name!r}{nearest(name, registry)}")
    return registry[name]


def make(factory: Callable[..., Made], settings: object) -> Made:
    """Make what was chosen, from the attributes of `settings` that it takes."""
    return factory(**values_needed(factory, settings))
