"""The parts of `commands.verify`: telling differences, reading lock files, choosing settings."""

import io
import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from commands.shared.contents import Contents, contents_on_disk
from commands.shared.environment import environment
from commands.shared.hashes import folder_md5, md5_of
from commands.shared.lock import LockedOutput, LockedStage, read_lock, with_upstream
from commands.shared.targets import stages_of
from commands.verifying.arrays import npy_difference, npz_difference
from commands.verifying.comparison import Result, compare, compare_contents
from commands.verifying.pictures import picture_difference
from commands.verifying.processors import Setting, settings
from commands.verifying.stale_entries import stale_entries
from commands.verifying.texts import csv_difference, json_difference, text_difference
from nn.errors import InputError


def npy(array):
    content = io.BytesIO()
    np.save(content, np.asarray(array))
    return content.getvalue()


def npz(**arrays):
    content = io.BytesIO()
    np.savez(content, **arrays)
    return content.getvalue()


def png(pixels):
    content = io.BytesIO()
    Image.fromarray(np.asarray(pixels, dtype=np.uint8)).save(content, format="png")
    return content.getvalue()


def gif(*frames):
    pictures = [Image.fromarray(np.asarray(frame, dtype=np.uint8)) for frame in frames]
    content = io.BytesIO()
    pictures[0].save(content, format="gif", save_all=True, append_images=pictures[1:])
    return content.getvalue()


@pytest.mark.parametrize(
    ("recorded", "rebuilt", "told"),
    [
        ([1.0, 2.0], [1.0, 2.0], None),
        ([0.0, np.nan], [-0.0, np.nan], None),
        ([np.inf, 1.0], [np.inf, 1.0], None),
        (
            [1.0, 2.0, 3.0],
            [1.0, 2.5, 4.0],
            "[1]: 2.0 recorded, 2.5 rebuilt; 2 of 3 numbers differ, by 1 at most",
        ),
        (
            [[1, 2], [3, 4]],
            [[1, 2], [3, 5]],
            "[1, 1]: 4 recorded, 5 rebuilt; 1 of 4 numbers differs, by 1 at most",
        ),
        ([1.0], [np.nan], "[0]: 1.0 recorded, nan rebuilt; 1 of 1 numbers differs"),
        ([1.0], [1.0, 2.0], "the array: float64 (1,) recorded, float64 (2,) rebuilt"),
        ([1.0], [1], "the array: float64 (1,) recorded, int64 (1,) rebuilt"),
        (5.0, 6.0, "[]: 5.0 recorded, 6.0 rebuilt; 1 of 1 numbers differs, by 1 at most"),
        ([True], [False], "[0]: True recorded, False rebuilt; 1 of 1 numbers differs"),
        (np.empty((0, 2)), np.empty((0, 2)), None),
    ],
)
def test_arrays(recorded, rebuilt, told):
    assert npy_difference(npy(recorded), npy(rebuilt)) == told


def test_the_last_bit_of_an_array_is_told():
    told = npy_difference(npy([0.1]), npy([np.nextafter(0.1, 1)]))
    assert told is not None
    assert told.startswith("[0]: 0.1 recorded, 0.10000000000000002 rebuilt")


def test_archives_are_told_array_by_array():
    assert npz_difference(npz(a=[1.0], b=[2.0]), npz(a=[1.0], b=[2.0])) is None
    told = npz_difference(npz(a=[1.0], b=[2.0, 3.0]), npz(a=[1.0], b=[2.0, 4.0]))
    assert told == "b[1]: 3.0 recorded, 4.0 rebuilt; 1 of 2 numbers differs, by 1 at most"
    assert npz_difference(npz(a=[1.0]), npz(c=[1.0])) == "array 'a' is only in the recorded file"


@pytest.mark.parametrize(
    ("recorded", "rebuilt", "told"),
    [
        ({"a": 1}, {"a": 1.0}, None),
        (
            {"a": {"b": [1, [2, 3]]}},
            {"a": {"b": [1, [2, 4]]}},
            "a.b[1][1]: 3 recorded, 4 rebuilt; 1 of 3 values differs, by 1 at most",
        ),
        ({"a": 1}, {"a": True}, "a: 1 recorded, True rebuilt; 1 of 1 values differs"),
        ({"a": None}, {"a": 0}, "a: None recorded, 0 rebuilt; 1 of 1 values differs"),
        ({"a": 1}, {"a": 1, "b": 2}, "b: 'nothing' recorded, 2 rebuilt; 1 of 2 values differs"),
        ({"a": []}, {"a": {}}, "a: [] recorded, {} rebuilt; 1 of 1 values differs"),
        (1, 2, "the value: 1 recorded, 2 rebuilt; 1 of 1 values differs, by 1 at most"),
    ],
)
def test_json(recorded, rebuilt, told):
    assert json_difference(json.dumps(recorded).encode(), json.dumps(rebuilt).encode()) == told


@pytest.mark.parametrize(
    ("recorded", "rebuilt", "told"),
    [
        ("x,y\n1,2\n", "x,y\n1.0,2\n", None),
        ("x,y\n1,2\n", "x,y\r\n1,2\r\n", None),
        (
            "x,y\n1,2\n3,4\n",
            "x,y\n1,2\n3,4.5\n",
            "column 'y', row 2: 4.0 recorded, 4.5 rebuilt; 1 of 4 cells differs, by 0.5 at most",
        ),
        ("x\na\n", "x\nb\n", "column 'x', row 1: 'a' recorded, 'b' rebuilt; 1 of 1 cells differs"),
        ("x\n1\n", "z\n1\n", "columns: x recorded, z rebuilt"),
        ("x\n1\n", "x\n1\n2\n", "1 row recorded, 2 rebuilt"),
        ("x,y\n1,2\n", "x,y\n1\n", "row 1: 2 cells recorded, 1 rebuilt"),
    ],
)
def test_tables(recorded, rebuilt, told):
    assert csv_difference(recorded.encode(), rebuilt.encode()) == told


def test_texts():
    assert text_difference(b"a\nb\n", b"a\r\nb") is None
    told = text_difference(b"a\nb\n", b"a\nc\nd\n")
    assert told == "line 2: 'b' recorded, 'c' rebuilt; 2 of 3 lines differ"


def test_pictures_are_compared_by_pixels():
    pixels = np.zeros((4, 5, 3))
    other = pixels.copy()
    other[1, 2] = (0, 9, 3)
    plain, opaque = png(pixels), png(np.dstack([pixels, np.full((4, 5), 255)]))
    assert plain != opaque
    assert picture_difference(plain, opaque) is None
    told = picture_difference(plain, png(other))
    assert told == "1 of 20 pixels differ, by 9 of 255 at most"
    assert picture_difference(plain, png(pixels[:3])) == "5 x 4 pixels recorded, 5 x 3 rebuilt"


def test_animations_are_compared_frame_by_frame():
    frames = [np.full((4, 4), level) for level in (0, 100, 200)]
    assert picture_difference(gif(*frames), gif(*frames)) is None
    other = [*frames[:2], np.full((4, 4), 210)]
    told = picture_difference(gif(*frames), gif(*other))
    assert told == "frame 2: 16 of 16 pixels differ, by 10 of 255 at most"
    assert picture_difference(gif(*frames), gif(*frames[:2])) == "3 frames recorded, 2 rebuilt"


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".json", ".csv", ".png", ".gif", ".bin"])
def test_what_cannot_be_read_still_differs(suffix):
    result, (told,) = compare_contents(suffix, b"\xff\x00a", b"\xff\x00bc")
    assert result == Result.DIFFERS
    assert "the first other byte is number 2; 3 bytes recorded, 4 rebuilt" in told


def test_other_bits_with_the_same_numbers_are_not_the_same_bits():
    result, (told,) = compare_contents(".json", b"{}", b"{ }")
    assert result == Result.SAME_NUMBERS
    assert "byte is number 1" in told


@pytest.fixture
def folders(tmp_path):
    """Two equal folders, and a function that compares them."""
    for side in ("recorded", "rebuilt"):
        (tmp_path / side / "out" / "inner").mkdir(parents=True)
        (tmp_path / side / "out" / "a.csv").write_text("x\n1\n")
        (tmp_path / side / "out" / "inner" / "b.csv").write_text("x\n2\n")

    def compare_folders():
        one, other = (contents_on_disk(tmp_path / side, "out") for side in ("recorded", "rebuilt"))
        assert one is not None
        assert other is not None
        return compare(one, other)

    return tmp_path, compare_folders


def test_a_folder_is_what_its_worst_file_is(folders):
    place, compare_folders = folders
    assert compare_folders() == (Result.SAME_BITS, [])
    (place / "rebuilt/out/a.csv").write_text("x\n1.0\n")
    assert compare_folders().result == Result.SAME_NUMBERS
    (place / "rebuilt/out/inner/b.csv").write_text("x\n5\n")
    result, details = compare_folders()
    assert result == Result.DIFFERS
    assert details[1].startswith("inner/b.csv: column 'x', row 1: 2.0 recorded, 5.0 rebuilt")


def test_files_that_one_folder_alone_has_are_told(folders):
    place, compare_folders = folders
    (place / "rebuilt/out/c.csv").write_text("x\n")
    (place / "rebuilt/out/a.csv").unlink()
    result, details = compare_folders()
    assert result == Result.DIFFERS
    told = ["a.csv: not among the files rebuilt", "c.csv: not among the files recorded"]
    assert details == told


def test_a_folder_known_by_its_hash_alone(folders):
    place, _ = folders
    here = contents_on_disk(place / "rebuilt", "out")
    assert here is not None
    same = Contents("out", here.md5, None, lambda name: None)
    assert compare(same, here).result == Result.SAME_BITS
    assert compare(same._replace(md5="0.dir"), here).result == Result.OTHER_BITS


def test_hashes_are_those_of_dvc(tmp_path):
    from dvc_data.hashfile.build import build
    from dvc_data.hashfile.db import HashFileDB
    from dvc_objects.fs.local import LocalFileSystem

    (tmp_path / "out" / "inner").mkdir(parents=True)
    (tmp_path / "out" / "ä.txt").write_text("1\n", encoding="utf-8")
    (tmp_path / "out" / "inner" / "b.txt").write_text("2\r\n", newline="")
    store = HashFileDB(LocalFileSystem(), str(tmp_path / "store"))
    _, _, built = build(store, str(tmp_path / "out"), LocalFileSystem(), "md5", dry_run=True)
    here = contents_on_disk(tmp_path, "out")
    assert here is not None
    assert here.md5 == built.hash_info.value
    assert here.md5 == folder_md5({"ä.txt": md5_of(b"1\n"), "inner/b.txt": md5_of(b"2\r\n")})


LOCK = b"""
schema: '2.0'
stages:
  split@a:
    cmd: split a
    outs: [{path: artifacts/a/split, md5: 1.dir, size: 1}]
  train@a:
    cmd: train a
    deps: [{path: artifacts/a/split, md5: 1.dir}, {path: nn/x.py, md5: '3'}]
    outs: [{path: curves/a/roc.csv, md5: '2', size: 1}]
  plot@a:
    cmd: plot a
    deps: [{path: curves/a, md5: 4.dir}]
  split@b:
    cmd: split b
    outs: [{path: artifacts/b/split, md5: 1.dir, size: 1}]
"""


def test_a_stage_is_built_from_all_that_lies_upstream():
    stages = read_lock(LOCK, "dvc.lock")
    assert with_upstream(["plot@a"], stages) == ["split@a", "train@a", "plot@a"]
    assert with_upstream(["split@b"], stages) == ["split@b"]


@pytest.mark.parametrize("text", [b"", b"[", b"stages: 1", b"stages: {a: {outs: [{}]}}", b"\xff"])
def test_a_lock_file_that_is_none_is_refused(text):
    with pytest.raises(InputError, match="the lock: not a lock file"):
        read_lock(text, "the lock")


STAGES = ["split@a", "split@b", "train@a", "train@b", "report"]


@pytest.mark.parametrize(
    ("targets", "meant"),
    [
        ([], STAGES),
        (["a"], ["split@a", "train@a"]),
        (["train"], ["train@a", "train@b"]),
        (["train@b"], ["train@b"]),
        (["report", "split@a", "split"], ["report", "split@a", "split@b"]),
    ],
)
def test_targets(targets, meant):
    assert stages_of(targets, STAGES) == meant


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("trian", "did you mean 'train'"),
        ("train@c", "did you mean 'train@"),
        ("zzz", "there is 'a'"),
    ],
)
def test_an_unknown_target_gets_the_nearest(target, told):
    with pytest.raises(InputError, match=told):
        stages_of([target], STAGES)


X86: dict[str, Any] = {
    "os": "Linux 1, x86_64",
    "libc": "glibc 2.36",
    "libm": "1",
    "blas": {"name": "openblas", "version": "1", "kernel": "Haswell", "threads": 2},
    "cpu_features": ["SSE3", "SSE42", "AVX", "AVX2", "FMA3", "X86_V3"],
    "numpy_dispatch": ["X86_V3", "X86_V4"],
}


def setting_of(there, name) -> Setting:
    return next(each for each in settings(there) if each.name == name)


@pytest.mark.parametrize(
    ("name", "change", "obstacle"),
    [
        ("OpenBLAS kernel Haswell", {}, None),
        ("OpenBLAS kernel SkylakeX", {}, "this processor has no AVX512BW"),
        ("OpenBLAS kernel Haswell", {"blas": {"name": "mkl"}}, "NumPy's BLAS is mkl, not OpenBLAS"),
        ("1 BLAS thread", {"blas": {"name": "openblas", "kernel": None}}, "threadpoolctl"),
        ("NumPy without AVX2 and FMA", {}, None),
        ("NumPy without AVX-512", {}, "NumPy has no such loops here anyway"),
        ("glibc's exp and sin without FMA", {}, None),
        ("glibc's exp and sin without FMA", {"libc": None}, "the C library is unknown, not glibc"),
    ],
)
def test_why_a_setting_is_not_possible(name, change, obstacle):
    there = X86 | change
    found = setting_of(there, name).obstacle(there)
    assert (found is None) == (obstacle is None)
    assert found is None or found.startswith(obstacle)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("OpenBLAS kernel Nehalem", {"blas": X86["blas"] | {"kernel": "Nehalem"}}),
        ("OpenBLAS kernel Prescott", {"blas": X86["blas"] | {"kernel": "Katmai"}}),
        ("1 BLAS thread", {"blas": X86["blas"] | {"threads": 1}}),
        ("NumPy without AVX2 and FMA", {"cpu_features": ["SSE3", "AVX2"]}),
        ("glibc's exp and sin without FMA", {"libm": "2"}),
    ],
)
def test_a_setting_without_effect_is_noticed(name, change):
    setting = setting_of(X86, name)
    assert not setting.is_in_force(X86, X86)
    assert setting.is_in_force(X86 | change, X86)


def test_the_environment_names_what_is_at_work():
    found = environment()
    assert found["numpy"] == np.__version__
    assert found["blas"]["name"]
    assert found["cpu_features"]
    assert environment() == found


def test_an_entry_is_stale_by_its_own_inputs_and_not_by_a_folder_of_outputs():
    def recorded(code, folder, package="1.dir"):
        made = [LockedOutput("train", "models/one.npz", "1", 1)]
        page = [LockedOutput("report", "report.html", "1", 1)]
        return {
            "train": LockedStage("train", {}, {"nn/code.py": code, "stages/tables": package}, made),
            "report": LockedStage("report", {}, {"models": folder, "nn": "1.dir"}, page),
        }

    rows: Any = [SimpleNamespace(stage=name, is_picture=False) for name in ("train", "report")]
    then: Any = SimpleNamespace(stages=recorded("1", "1.dir"))
    assert stale_entries(then, recorded("1", "2.dir"), rows) == []
    (told,) = stale_entries(then, recorded("1", "1.dir", "2.dir"), rows)
    assert "train (stages/tables)" in told
    (told,) = stale_entries(then, recorded("2", "1.dir"), rows)
    assert "train (nn/code.py)" in told
    assert "report" not in told
