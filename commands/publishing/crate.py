"""Describing a commit and what was run as a Workflow Run RO-Crate, in JSON-LD.

The profile: https://w3id.org/ro/wfrun/workflow/0.5. Each stage of dvc.lock is an action with its
program, inputs, parameters and outputs; the pipeline as a whole is one, too.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from commands.publishing.contents import Committed
from commands.shared.hashes import md5_of
from commands.shared.lock import LockedStage
from commands.shared.pipeline import PARAMS, PIPELINE
from nn.errors import InputError, counted
from stages.running.parameters.yaml12 import Loader

METADATA = "ro-crate-metadata.json"
CRATE = "https://w3id.org/ro/crate/1.1"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": ("Workflow RO-Crate", "1.0"),
}
TERMS = "https://w3id.org/ro/terms/workflow-run#"
CONTEXT = [f"{CRATE}/context", {name: f"{TERMS}{name}" for name in ("md5", "sha256")}]
BIOSCHEMAS = "https://bioschemas.org/profiles"
WORKFLOW_RUN = "#run"
LANGUAGE = "#dvc"
KINDS = {  # by ending; others are told from their name alone
    ".csv": "text/csv",
    ".gif": "image/gif",
    ".html": "text/html",
    ".json": "application/json",
    ".md": "text/markdown",
    ".npy": "application/octet-stream",
    ".npz": "application/zip",
    ".png": "image/png",
    ".py": "text/x-python",
    ".yaml": "application/yaml",
}

Entity = dict[str, Any]

DESCRIPTOR: Entity = {
    "@id": METADATA,
    "@type": "CreativeWork",
    "about": {"@id": "./"},
    "conformsTo": [{"@id": CRATE}, {"@id": "https://w3id.org/workflowhub/workflow-ro-crate/1.0"}],
}
"""Of the metadata file itself."""


def metadata(committed: Committed, sha: str, moment: str) -> bytes:
    """Write the metadata file; `moment` is the commit's time, in ISO 8601.

    Raises InputError where CITATION.cff, which names people and licence, is missing or damaged.
    """
    citation = _citation(committed.files)
    people = [_author(author) for author in citation["authors"]]
    described = _Files(committed.files, sha)
    runs = [_run(name, stage, described) for name, stage in committed.stages.items()]
    inputs, results = _inputs_and_outputs(committed)
    parameters = [
        _formal_parameter(kind, path, described)
        for kind, paths in (("input", inputs), ("output", results))
        for path in paths
    ]
    described.entity(PIPELINE).update(_workflow(citation["title"], inputs, results))
    whole = {
        **_action(WORKFLOW_RUN, f"dvc repro, as of commit {sha}"),
        "description": "All stages of the pipeline, each of which is described as well.",
        "instrument": _ref(PIPELINE),
        "object": described.refs(inputs),
        "result": described.refs(results),
    }
    actions = [whole, *(run for run, *_ in runs)]
    for action in actions:
        action |= {"agent": _ref(people[0]["@id"]), "endTime": moment}
    for path in ("LICENSE", "CITATION.cff", "README.md", "dvc.lock"):
        if path in committed.files:
            described.entity(path)
    if "README.md" in described.entities:
        described.entities["README.md"]["about"] = _ref("./")
    root = {
        **_root(citation, people),
        "version": str(citation.get("version", sha)),
        "identifier": sha,
        "datePublished": moment,
        "mentions": [_ref(action["@id"]) for action in actions],
        "hasPart": [_ref(identifier) for identifier in described.entities],
    }
    graph = [DESCRIPTOR, root, *people, *_named_things(citation), *described.entities.values()]
    graph += [*parameters, whole, *(entity for run in runs for entity in run)]
    graph = [_compact(entity) for entity in graph]
    text = json.dumps({"@context": CONTEXT, "@graph": graph}, indent=1, ensure_ascii=False)
    return f"{text}\n".encode()


def _inputs_and_outputs(committed: Committed) -> tuple[list[str], list[str]]:
    """List what the pipeline as a whole is given, code apart, and all that it writes."""
    outputs = {each.path for stage in committed.stages.values() for each in stage.outputs}
    read = {path for stage in committed.stages.values() for path in stage.inputs}
    code = {path for path in committed.files if path.endswith(".py")}
    return [PARAMS, *sorted(read & committed.files.keys() - outputs - code)], sorted(outputs)


def _workflow(title: str, inputs: Iterable[str], results: Iterable[str]) -> Entity:
    """Describe the pipeline's file as a workflow."""
    return {
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": f"{title}: pipeline",
        "conformsTo": _ref(f"{BIOSCHEMAS}/ComputationalWorkflow/1.0-RELEASE"),
        "programmingLanguage": _ref(LANGUAGE),
        "input": [_ref(f"#input/{path}") for path in inputs],
        "output": [_ref(f"#output/{path}") for path in results],
    }


def _root(citation: Mapping[str, Any], people: Iterable[Entity]) -> Entity:
    """Describe the whole by what CITATION.cff says of it."""
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": citation["title"],
        "description": " ".join(str(citation.get("abstract", citation["title"])).split()),
        "license": _ref(_licence(citation)),
        "author": [_ref(each["@id"]) for each in people],
        "keywords": ", ".join(citation.get("keywords", [])),
        "conformsTo": [_ref(profile) for profile in PROFILES],
        "mainEntity": _ref(PIPELINE),
    }


def _named_things(citation: Mapping[str, Any]) -> list[Entity]:
    """Describe what others have made: the profiles, the licence, the pipeline's language."""
    profiles = [
        {"@id": profile, "@type": "CreativeWork", "name": name, "version": version}
        for profile, (name, version) in PROFILES.items()
    ]
    name, licence = citation["license"], _licence(citation)
    return [
        *profiles,
        {"@id": licence, "@type": "CreativeWork", "name": name, "url": licence},
        {
            "@id": LANGUAGE,
            "@type": "ComputerLanguage",
            "name": "DVC pipeline",
            "url": "https://dvc.org/doc/user-guide/project-structure/dvcyaml-files",
        },
    ]


def _licence(citation: Mapping[str, Any]) -> str:
    return f"https://spdx.org/licenses/{citation['license']}"


class _Files:
    """The entities of files and folders, each made when it is first named."""

    def __init__(self, files: Mapping[str, bytes], version: str) -> None:
        self.files, self.version = files, version
        self.entities: dict[str, Entity] = {}

    def entity(self, path: str) -> Entity:
        """Describe a file with size and hashes, or a folder with what it holds."""
        identifier = path if path in self.files else f"{path}/"
        if identifier not in self.entities:
            self.entities[identifier] = self._described(path, identifier)
        return self.entities[identifier]

    def refs(self, paths: Iterable[str]) -> list[Entity]:
        """Refer to files and folders."""
        return [_ref(self.entity(path)["@id"]) for path in paths]

    def _described(self, path: str, identifier: str) -> Entity:
        if path not in self.files:
            inside = [name for name in self.files if name.startswith(identifier)]
            count = counted(len(inside), "file")
            return {"@id": identifier, "@type": "Dataset", "name": path, "description": count}
        content = self.files[path]
        ending = next((kind for end, kind in KINDS.items() if path.endswith(end)), "text/plain")
        is_code = path.endswith((".py", PIPELINE))
        return {
            "@id": identifier,
            "@type": ["File", "SoftwareSourceCode"] if is_code else "File",
            "name": path,
            "contentSize": str(len(content)),
            "encodingFormat": ending,
            "sha256": hashlib.sha256(content).hexdigest(),
            "md5": md5_of(content),  # as dvc.lock has it
            **({"version": self.version} if is_code else {}),
        }


def _run(name: str, stage: LockedStage, described: _Files) -> list[Entity]:
    """Describe what a stage did: the action, and its parameters."""
    program = f"stages/{name.partition('@')[0]}.py"
    sections = (stage.params or {}).get(PARAMS, {})
    values = [
        {
            "@id": f"#run/{name}/{section}",
            "@type": "PropertyValue",
            "name": section,
            "value": json.dumps(value, sort_keys=True),
        }
        for section, value in sections.items()
    ]
    inputs = [path for path in stage.inputs if path != program]
    action = {
        **_action(f"#run/{name}", name),
        "description": str(stage.command),
        "instrument": _ref(described.entity(program)["@id"]),
        "object": [*described.refs(inputs), *(_ref(str(each["@id"])) for each in values)],
        "result": described.refs(output.path for output in stage.outputs),
    }
    return [action, *values]


def _action(identifier: str, name: str) -> Entity:
    status = "http://schema.org/CompletedActionStatus"
    return {"@id": identifier, "@type": "CreateAction", "name": name, "actionStatus": status}


def _formal_parameter(kind: str, path: str, described: _Files) -> Entity:
    entity = described.entity(path)
    identifier = f"#{kind}/{path}"
    entity.setdefault("exampleOfWork", []).append(_ref(identifier))
    return {
        "@id": identifier,
        "@type": "FormalParameter",
        "additionalType": "File" if path in described.files else "Dataset",
        "conformsTo": _ref(f"{BIOSCHEMAS}/FormalParameter/1.0-RELEASE"),
        "name": path,
        "workExample": _ref(entity["@id"]),
    }


def _citation(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Read CITATION.cff: title, authors and licence must be there."""
    try:
        citation: dict[str, Any] = yaml.load(files["CITATION.cff"], Loader=Loader)
        if all(citation[key] for key in ("title", "authors", "license")):
            return citation
    except (KeyError, TypeError, yaml.YAMLError):
        pass
    raise InputError("CITATION.cff: must name title, authors and license, and be committed")


def _author(author: Mapping[str, Any]) -> Entity:
    """Describe a person, or a group with one name."""
    parts = [author.get("given-names"), author.get("family-names")]
    name = " ".join(str(part) for part in parts if part) or str(author.get("name"))
    kind = "Person" if any(parts) else "Organization"
    identifier = author.get("orcid") or author.get("website") or f"#{name.replace(' ', '-')}"
    entity = {"@id": str(identifier), "@type": kind, "name": name}
    return entity | ({"affiliation": author["affiliation"]} if "affiliation" in author else {})


def _compact(entity: Entity) -> Entity:
    """Write a list of one as the one, as the specification recommends."""
    return {
        key: value[0] if isinstance(value, list) and len(value) == 1 else value
        for key, value in entity.items()
    }


def _ref(identifier: str) -> Entity:
    return {"@id": identifier}
