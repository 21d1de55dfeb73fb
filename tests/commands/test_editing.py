"""Editing a file that a person owns, while others do."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from commands.shared.editing import edit


def add(line: str, text: str) -> str:
    return text + line


def test_what_is_written_at_the_same_time_is_all_kept(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_bytes(b"")
    lines = [f"line {number}\r\n" for number in range(40)]
    with ThreadPoolExecutor(8) as writers:
        for line in lines:
            writers.submit(edit, path, partial(add, line))
    assert sorted(path.read_bytes().decode().splitlines(keepends=True)) == sorted(lines)
    assert [each.name for each in tmp_path.iterdir()] == ["params.yaml"]


def test_what_an_editor_has_saved_meanwhile_is_kept(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text("a: 1\n", encoding="utf-8")
    seen: list[str] = []

    def change(text):
        if not seen:
            path.write_text("a: 2\n", encoding="utf-8")
        seen.append(text)
        return text + "b: 3\n"

    edit(path, change)
    assert seen == ["a: 1\n", "a: 2\n"]
    assert path.read_text(encoding="utf-8") == "a: 2\nb: 3\n"
