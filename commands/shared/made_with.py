"""Which environment made an output: the file `environments.jsonl`, by the hashes of outputs.

A line describes an environment or says in which one an output was made. Each is true by itself, so
git joins the lines of two branches (`merge=union`), and an output keeps its own under a new name.
No stage reads the file: an environment is to be told, and never to make anything run.
"""

import json
from collections.abc import Mapping

from commands.shared.environment import Environment
from commands.shared.hashes import md5_of
from nn.errors import InputError

ENVIRONMENTS = "environments.jsonl"
MadeWith = dict[str, Environment]
"""The environment by the hash of an output."""


def read_made_with(text: bytes | None, source: str) -> MadeWith:
    """Read the file; None stands for one that is not there. Raises InputError for a damaged one."""
    environments: dict[str, Environment] = {}
    names: dict[str, str] = {}
    try:
        for line in (text or b"").splitlines():
            entry = json.loads(line)
            if "md5" in entry:
                names.setdefault(entry["md5"], entry["made_in"])
            else:
                environments[entry["name"]] = entry["environment"]
        return {md5: environments[name] for md5, name in names.items()}
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{source}: not what commands.record writes, or damaged; remove it to begin anew"
        ) from error


def written(made: MadeWith) -> bytes:
    """Write the file: environments, then outputs, each sorted."""
    environments = {name_of(environment): environment for environment in made.values()}
    entries: list[Mapping[str, object]] = [
        {"name": name, "environment": environments[name]} for name in sorted(environments)
    ]
    entries += [{"md5": md5, "made_in": name_of(made[md5])} for md5 in sorted(made)]
    return "".join(f"{json.dumps(entry)}\n" for entry in entries).encode()


def name_of(environment: Environment) -> str:
    """Name an environment by its content, so that two machines give one the same name."""
    return md5_of(json.dumps(environment, sort_keys=True).encode())[:12]
