"""Writing the best setting of a sweep into params.yaml."""

from pathlib import Path

from commands.shared.editing import checked, edit, with_values
from commands.sweeping.space import plain
from nn.errors import InputError
from nn.training.settings import Settings
from stages.running.parameters.file import read_params


def apply_setting(path: str, key: str, setting: Settings) -> None:
    """Make a setting that of an experiment, changing only the values that are others in the file.

    A key that is of no use any more is taken out. Raises InputError, and leaves the file as it is,
    where the change would touch another section, too.
    """
    edit(Path(path), lambda text: _with_setting(text, path, key, setting))


def _with_setting(text: str, path: str, key: str, setting: Settings) -> str:
    params = read_params(text.encode("utf-8"), path)
    old, new = plain(params.experiment(key).train), plain(setting)
    changed = {name: value for name, value in new.items() if value != old[name]}
    useless = {need.key for need in setting.needs() if not need.is_felt}
    removed = [name for name in changed if name in useless]
    values = {name: value for name, value in changed.items() if name not in removed}
    written = with_values(text, ("experiments", key, "train"), values, removed, after="optimizer")

    expected = params.model_dump()
    expected["experiments"][key]["train"] = setting.model_dump()
    try:
        is_right = checked(written).model_dump() == expected
    except InputError as error:
        raise InputError(f"{path}: make the change by hand, {error}") from error
    if not is_right:
        raise InputError(
            f"{path}: experiments.{key}.train shares its values with another section, through an "
            "anchor of YAML: make the change by hand"
        )
    return written
