"""What docs/layout.md says of stages and folders is what dvc.yaml and the imports say."""

import ast
import re
from itertools import pairwise

import yaml

from tests.docs.pages import ROOT, read_page

LAYOUT = read_page("docs/layout.md")
STAGES = {
    name: stage.get("do", stage)
    for name, stage in yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))[
        "stages"
    ].items()
}
GIVEN_OR_GENERATED = "${item.data.path}"


def written(stage):
    kinds = ("outs", "metrics", "plots")
    outs = [out for kind in kinds for out in STAGES[stage].get(kind, [])]
    return {path for out in outs for path in ([out] if isinstance(out, str) else out)}


def later(arrows):
    """Each pair of stages of which the second needs the first, directly or through others."""
    pairs = {*arrows}
    while more := {(a, d) for a, b in pairs for c, d in pairs if b == c} - pairs:
        pairs |= more
    return pairs


def test_the_arrows_are_those_of_dvc_yaml():
    ((_, diagram),) = [block for block in LAYOUT.blocks if block[0] == "mermaid"]
    chains = [line.split(" --> ") for line in diagram.splitlines() if "-->" in line]
    drawn = {pair for chain in chains for pair in pairwise(map(str.strip, chain))}
    needed = set()
    for stage in STAGES:
        for dependency in STAGES[stage]["deps"]:
            needed |= {
                (maker, stage)
                for maker in STAGES
                if (maker, dependency) == ("generate", GIVEN_OR_GENERATED)
                or any(f"{path}/".startswith(f"{dependency}/") for path in written(maker))
            }
    assert later(drawn) == later(needed)


def test_each_stage_writes_where_the_table_says():
    rows = re.findall(r"^\| `(\w+)(?:@\w)?` \|.*\| (.+) \|$", LAYOUT.prose, flags=re.MULTILINE)
    told = {stage: {*re.findall(r"`(.+?)/?`", places)} for stage, places in rows}
    assert told == {stage: {path.split("/")[0] for path in written(stage)} for stage in STAGES}


def test_folders_of_nn_import_those_above_them_alone():
    folders = re.findall(r"^\| `nn/(\w+)/` ", LAYOUT.prose, flags=re.MULTILINE)
    assert {*folders} == {path.parent.name for path in ROOT.glob("nn/*/__init__.py")}
    for place, folder in enumerate(folders):
        for file in ROOT.glob(f"nn/{folder}/**/*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                imported = re.match(r"nn\.(\w+)", getattr(node, "module", None) or "")
                if imported and imported[1] in folders:
                    assert folders.index(imported[1]) <= place, (file, imported[0])
