"""Commands on pictures: what they print can be pasted, what they cannot do they say, what they write comes back the same."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

import dataqual
import reports
from dataqual.cli import main
from dataqual.errors import DataqualError
from dataqual.images.encoding import png as png_of
from tests.images.photographs import EDITS, compressed, jpeg, photo, png
from tests.images.pictures import shapes

STACK, NAMES = shapes(30, side=12)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six photographs of two labels, an exact and a near copy, one file that is no picture."""
    home = tmp_path / "photos"
    for seed in range(6):
        place = home / "ab"[seed % 2] / f"{seed}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(png(photo(seed)))
    (home / "b" / "again.png").write_bytes(png(photo(0)))
    (home / "b" / "near.png").write_bytes(png(compressed(photo(2))))
    (home / "b" / "page.png").write_bytes(b"<html>404</html>")
    monkeypatch.chdir(tmp_path)
    return home


def run(*words: str) -> Any:
    return CliRunner().invoke(main, list(words))


# What is read is read again by a command that is printed


def test_commands_of_a_profile_read_what_was_read(folder: Path) -> None:
    found = dataqual.profile("photos", skip=["labels"], max_unreadable=0.5, label="part", id="folder")
    commands = {one.name: one.command for one in found.findings}
    assert commands["exact_copies"] == (
        "dataqual dedup photos -o photos.dedup/ --id folder --label part --max-unreadable 0.5 --method exact"
    )
    done = run(*shlex.split(commands["exact_copies"])[1:], "--quiet")
    assert done.exit_code == 0, done.output


def test_texts_are_read_again_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.jsonl").write_text('{"said": "one two", "text": "x"}\n{"said": "one two"}\nbroken\n')
    found = dataqual.profile("a.jsonl", text="said", max_unreadable=0.5, rules=[])
    [command] = [one.command for one in found.findings if one.name == "exact_copies"]
    assert (
        command
        == "dataqual clean a.jsonl -o a.clean-exact_copies.jsonl --text said --max-unreadable 0.5 --drop exact_copies"
    )
    checked = dataqual.check("a.jsonl", [{"metric": "exact_copies", "max": 0}], text="said", max_unreadable=0.5)
    assert f"mend: {command}" in str(checked)


def test_leakage_says_how_to_read_the_pictures_again(folder: Path) -> None:
    told = run("leakage", "photos/a", "photos/b", "--max-unreadable", "0.5")
    assert "dataqual dedup photos/a -o OUTPUT --against photos/b --max-unreadable 0.5\n" in told.output


def test_a_page_of_a_cleaning_asks_explain_by_the_columns_that_were_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.jsonl").write_text('{"said": "one two", "key": "x", "text": "y"}\n{"said": "one two", "key": "z"}\n')
    cleaned = dataqual.clean("a.jsonl", "b.jsonl", drop=["exact_copies"], text="said", id="key")
    assert "dataqual explain b.jsonl z --text said --id key" in reports.cleaning(cleaned)


# Where things are written


@pytest.mark.parametrize("output", ["photos", "photos/", "photos/../photos"])
def test_the_inputs_are_no_output_and_the_line_says_so(folder: Path, output: str) -> None:
    told = run("clean", "photos", "-o", output, "--drop", "exact_copies", "--max-unreadable", "0.5")
    assert told.exit_code == 2
    assert told.stderr.splitlines()[-1] == (
        f"dataqual: -o: {output.rstrip('/')} holds the inputs, which are never overwritten; choose another name"
    )


def test_the_same_command_writes_the_same_folder_again(folder: Path) -> None:
    for _ in range(2):
        done = run("clean", "photos", "-o", "out/", "--drop", "exact_copies", "--max-unreadable", "0.5")
        assert done.exit_code == 0, done.output
    assert sorted(path.name for path in Path("out").rglob("*.png")) == ["0.png", "1.png", "2.png", "3.png", "4.png", "5.png", "near.png"]  # fmt: skip


def test_what_has_no_label_keeps_its_place_and_comes_back_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    labels = ["cat", None, "dog", "cat", "dog"]
    rows = [{"image": png_of(STACK[at][..., None]), "label": label} for at, label in enumerate(labels)]
    pl.DataFrame(rows, schema={"image": pl.Binary, "label": pl.String}).write_parquet("a.parquet")
    dataqual.clean("a.parquet", "out", drop=["exact_copies"])
    again = dataqual.read("out")
    assert "without a label: 1 pictures that lie beside the folders" in again.notes
    found = {
        batch.columns["id"][row]: batch.columns["label"][row] for batch in again.batches() for row in range(len(batch))
    }
    assert found == {
        "0000002.png": None,
        "cat/0000001.png": "cat",
        "cat/0000004.png": "cat",
        "dog/0000003.png": "dog",
        "dog/0000005.png": "dog",
    }


def test_one_part_that_is_named_carries_no_other_part_along(tmp_path: Path) -> None:
    twice = np.concatenate([STACK[:10], STACK[:10]])
    arrays = {"x_train": twice, "y_train": np.arange(20), "x_test": STACK[10:], "y_test": np.arange(20)}
    np.savez(tmp_path / "a.npz", ids_train=np.arange(20), masks=np.arange(20), **arrays)
    dataqual.clean(f"{tmp_path}/a.npz:x_train", tmp_path / "out.npz", drop="exact_copies")
    with np.load(tmp_path / "out.npz") as found:
        assert {name: len(found[name]) for name in found.files} == {"x_train": 10, "y_train": 10, "ids_train": 10, "masks": 10}  # fmt: skip


def test_a_near_copy_is_never_called_the_same_pixels() -> None:
    beside = reports.page.environment().get_template("macros.html").make_module({"one_file": True}).beside  # type: ignore[attr-defined]
    example = {"file": "a", "record": 1}
    assert "the same pixels" in beside(example, example, 1.0, False)
    assert "the same pixels" not in beside(example, example, 1.0, True)
    assert "99.9" in beside(example, example, 1.0, True)


# Suites


def test_a_suite_bounds_near_copies_of_pictures(folder: Path) -> None:
    suite = [{"metric": "exact_copies", "max": 0}, {"metric": "near_copies", "max": 0, "with": {"radius": 10}}]
    found = dataqual.check("photos", suite, max_unreadable=0.5, ledger="ledger.parquet")
    exact, near = found.facts()["checks"]
    assert (exact["value"], near["value"]) == (1 / 8, 1 / 8)
    rows = pl.read_parquet("ledger.parquet").select("path", "rule", "kept_path").rows()
    assert sorted(rows) == [
        ("photos/b/again.png", "exact_copies", "photos/a/0.png"),
        ("photos/b/near.png", "near_copies", "photos/a/2.png"),
        ("photos/b/page.png", "not a picture", None),
    ]
    assert "{dedup_images: {radius: 10}}" in str(found)
    plain = dataqual.check("photos", [{"metric": "near_copies", "max": 0}], max_unreadable=0.5)
    assert "dataqual dedup photos -o photos.dedup/ --max-unreadable 0.5" in str(plain)
    assert dataqual.check("photos", [{"metric": "near_copies", "max": 0.2}], max_unreadable=0.5).ok


@pytest.mark.parametrize(
    ("corpus", "parameters", "said"),
    [
        ("photos", {"shingle": 3}, "near_copies: shingle is of texts, and these are pictures"),
        (["a"], {"radius": 3}, "near_copies: radius and variants are of pictures, and these are texts"),
    ],
)
def test_parameters_of_the_other_view_are_one_line(
    folder: Path, corpus: Any, parameters: dict[str, Any], said: str
) -> None:
    asked = {"max_unreadable": 0.5} if corpus == "photos" else {}
    with pytest.raises(DataqualError) as told:
        dataqual.check(corpus, [{"metric": "near_copies", "max": 0, "with": parameters}], **asked)
    assert str(told.value).startswith(said)


# explain


def test_explain_says_what_the_picture_and_the_one_that_was_kept_are_like(folder: Path) -> None:
    (folder / "b" / "half.jpg").write_bytes(jpeg(EDITS["half the size"](photo(3)), 95))
    dataqual.dedup("photos", "out", max_unreadable=0.5, keep="largest")
    size, kept = (len((folder / name).read_bytes()) for name in ("b/half.jpg", "b/3.png"))
    told = run("explain", "out", "b/half.jpg").output.splitlines()
    assert told[:2] == [
        "picture b/half.jpg, record 1 of photos/b/half.jpg",
        f"  jpeg, 80 × 60 pixels in colour, {size:,} bytes",
    ]
    assert told[3] == f"     what was kept: png, 160 × 120 pixels in colour, {kept:,} bytes"
    assert not [line for line in told if "differ:" in line]
    assert told[-1] == "  So it is not in the output."
    chinese = run("explain", "out", "b/half.jpg", "--lang", "zh").output.splitlines()
    assert chinese[0] == "图片 b/half.jpg：photos/b/half.jpg 的第 1 条记录"
    assert chinese[1] == f"  jpeg，80 × 60 像素，彩色，{size:,} 字节"
    assert chinese[3] == f"     保留的是：png，160 × 120 像素，彩色，{kept:,} 字节"
    [facts] = json.loads(run("explain", "out", "b/half.jpg", "--json").output)
    assert facts["picture"]["width"] == 80
    assert facts["events"][0]["kept_picture"]["width"] == 160
    (folder / "b" / "half.jpg").unlink()
    assert "pixels in" not in run("explain", "out", "b/half.jpg").output
    assert run("explain", "out", "b/1.png").exit_code == 0


def test_explain_knows_the_third_picture_that_was_read(folder: Path) -> None:
    dataqual.dedup("photos", "out", max_unreadable=0.5)
    read = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.png"))
    for number, name in enumerate(read, 1):
        told = run("explain", "out", str(number))
        assert told.exit_code == 0, told.output
        assert f"record 1 of photos/{name}" in told.output.splitlines()[0] and "\n\n" not in told.output
    assert "no such document '10'" in run("explain", "out", "10").stderr


def test_explain_says_how_to_name_a_picture_where_its_number_tells_nothing(folder: Path) -> None:
    dataqual.dedup("photos", "out", max_unreadable=0.5)
    (folder / "a" / "later.png").write_bytes(png(photo(9)))
    told = run("explain", "out", "1")
    assert (told.exit_code, told.stderr) == (
        2,
        "dataqual: 1: photos is not as it was read; name a picture by its path, such as b/again.png\n",
    )


def test_explain_takes_no_number_where_folders_have_none_in_common(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    done = run("dedup", "a", "b", "-o", "out", "--max-unreadable", "0.5", "--quiet", "--no-report")
    assert done.exit_code == 0, done.output
    gone = pl.read_parquet("out.ledger.parquet")["path"][0]
    told = run("explain", "out", "1")
    assert (told.exit_code, told.stderr) == (
        2,
        f"dataqual: 1: no number tells which of these pictures; name one by its path, such as {gone}\n",
    )
    assert run("explain", "out", gone).exit_code == 0


def test_explain_tells_of_rows_of_arrays(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.concatenate([STACK, STACK[:1]]), y=np.arange(31) % 3)
    dataqual.clean(str(tmp_path / "a.npz"), tmp_path / "b.npz", drop=["exact_copies"])
    told = run("explain", str(tmp_path / "b.npz"), "31").output.splitlines()
    assert told[1] == "  array, 12 × 12 pixels in gray"
    assert told[0] == f"picture 31 of {tmp_path / 'a.npz'}"
    assert told[3] == "     what was kept: array, 12 × 12 pixels in gray"
    assert not [line for line in told if "differ:" in line]


def test_a_threshold_of_one_keeps_what_was_saved_again_and_explain_says_how_near_it_came(folder: Path) -> None:
    (folder / "b" / "saved.jpg").write_bytes(jpeg(photo(5), 97))
    for threshold, gone in ((1.0, {"exact_copies": 1}), (0.985, {"exact_copies": 1, "near_copies": 2})):
        found = dataqual.dedup("photos", "out", max_unreadable=0.5, keep="largest", threshold=threshold)
        assert {rule: count for rule, count in found.rules.items() if count} == gone
    ledger = pl.read_parquet("out.ledger.parquet").filter(pl.col("id") == "b/saved.jpg")
    shown = f"{ledger['similarity'][0]:.4f}"
    assert 0.9995 < ledger["similarity"][0] < 1 and shown < "1"
    told = run("explain", "out", "b/saved.jpg").output
    assert (
        f"its pixels have a similarity of {shown} with record 1 of photos/b/5.png, which was kept, and 0.985 is enough; "
        "size, brightness, contrast and sharpness were fitted first, their hashes differ in " in told
    )
    chinese = run("explain", "out", "b/saved.jpg", "--lang", "zh").output
    assert f"的相似度为 {shown}（达到 0.985 即可）；比较前先对齐了尺寸、亮度、对比度和清晰度" in chinese


def test_explain_says_where_copies_have_different_labels(folder: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.concatenate([STACK, STACK[:1]]), y=np.arange(31))
    dataqual.dedup(str(tmp_path / "a.npz"), tmp_path / "b.npz", method="exact")
    assert (
        "     their labels differ: 30, and 0 of what was kept" in run("explain", str(tmp_path / "b.npz"), "31").output
    )
    (folder / "a" / "3 again.png").write_bytes((folder / "b" / "3.png").read_bytes())
    dataqual.dedup("photos", "out", max_unreadable=0.5, method="exact")
    gone = next(
        name for name in ("a/3 again.png", "b/3.png") if "was kept as it came" not in run("explain", "out", name).output
    )
    own, kept = gone[0], "ab".replace(gone[0], "")
    assert f"     their folders differ: {own}, and {kept} of what was kept" in run("explain", "out", gone).output
    assert f"     两者所在文件夹不同：它在 {own}，保留的在 {kept}" in run("explain", "out", gone, "--lang", "zh").output


def test_an_alarm_of_pictures_quotes_nothing(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.concatenate([STACK[:1]] * 25 + [STACK[1:]]))
    [alarm] = dataqual.dedup(str(tmp_path / "a.npz"), dry_run=True, method="exact").alarms
    place = tmp_path / "a.npz"
    assert alarm.endswith(f": {place} record 2 goes for {place} record 1 (similarity 1.000)")


def test_a_page_is_called_by_the_folder_that_was_named_however_many_files_it_has(folder: Path) -> None:
    for number in range(60):
        (folder / "a" / f"more{number}.png").write_bytes((folder / "b" / "1.png").read_bytes())
    facts = dataqual.dedup("photos", dry_run=True, max_unreadable=0.5, method="exact").page_facts()
    assert {os.path.dirname(name) for name in facts["corpus"]["files"]} == {"photos/a"}
    assert "<title>photos: " in reports.dedup(facts)
