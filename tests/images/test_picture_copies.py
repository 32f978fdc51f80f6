"""Keeping one of each picture: what goes, what stays with its very bytes, and what is said of it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

import dataqual
from dataqual import rewriting
from dataqual.corpus import Corpus
from dataqual.engine import Local
from dataqual.errors import DataqualError, InputError, SpecError
from dataqual.images import hamming
from dataqual.images.perceptual import Perceptual, PictureSurvey
from dataqual.images.steps.dedup_images import DedupImages
from dataqual.recipe import Recipe
from dataqual.writers.pictures import NewFolder
from tests.images.photographs import EDITS, jpeg, photo, png


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve photographs of two labels; one is there three times, one is a copy turned, one is no picture any more."""
    home = tmp_path_factory.mktemp("pictures") / "photos"
    for seed in range(12):
        place = home / "ab"[seed % 2] / f"{seed:02d}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(png(photo(seed)))
    (home / "a" / "smaller.png").write_bytes(png(EDITS["half the size"](photo(3))))
    (home / "b" / "same.jpg").write_bytes(jpeg(photo(3), 90))
    (home / "b" / "turned.png").write_bytes(png(np.ascontiguousarray(photo(4)[:, ::-1])))
    (home / "b" / "broken.png").write_bytes(png(photo(5))[:300])
    return home


def files(place: Path) -> dict[str, bytes]:
    return {str(path.relative_to(place)): path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file()}


def read(place: Path) -> Corpus:
    return dataqual.read(place, max_unreadable=0.5)


def test_one_of_each_stays_and_its_bytes_are_those_that_came(folder: Path, tmp_path: Path) -> None:
    done = dataqual.dedup(read(folder), tmp_path / "out")
    assert (done.read, done.kept, done.dropped, done.unreadable) == (16, 13, 2, 1)
    gone = {"b/03.png", "b/same.jpg", "b/broken.png"}  # a/smaller.png comes first
    assert files(tmp_path / "out") == {name: data for name, data in files(folder).items() if name not in gone}
    ledger = pl.read_parquet(tmp_path / "out.ledger.parquet")
    assert ledger["action"].to_list() == ["dropped", "unreadable", "dropped"]
    copies = ledger.filter(pl.col("action") == "dropped")
    assert copies["id"].to_list() == ["b/03.png", "b/same.jpg"]
    assert {Path(path).name for path in copies["kept_path"]} == {"smaller.png"}
    assert copies["similarity"].min() >= 0.985 and copies["value"].max() <= 10  # type: ignore[operator]
    assert set(copies["threshold"]) == {"similarity >= 0.985, hashes within 10 bits"}


@pytest.mark.parametrize(
    ("asked", "gone"),
    [
        ({"method": "exact"}, set()),
        ({"keep": "largest"}, {"a/smaller.png", "b/same.jpg"}),
        ({"keep": "bytes_per_pixel"}, {"b/03.png", "b/same.jpg", "a/smaller.png"}),
        ({"variants": "flips", "keep": "largest"}, {"a/smaller.png", "b/same.jpg", "b/turned.png"}),
    ],
)
def test_who_goes_is_said_by_the_options(folder: Path, tmp_path: Path, asked: dict[str, Any], gone: set[str]) -> None:
    dataqual.dedup(read(folder), tmp_path / "out", **asked)
    went = set(files(folder)) - set(files(tmp_path / "out")) - {"b/broken.png"}
    assert went == gone if "bytes_per_pixel" not in asked.values() else len(went) == 2 and went < gone


def test_the_same_pixels_in_another_file_are_an_exact_copy(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "one.png").write_bytes(png(photo(1)))
    (tmp_path / "in" / "two.bmp").write_bytes(_bmp(photo(1)))
    done = dataqual.dedup(tmp_path / "in", tmp_path / "out", method="exact")
    assert done.rules == {"exact_copies": 1}


def _bmp(picture: Any) -> bytes:
    import io

    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "BMP")
    return stream.getvalue()


def test_blank_pictures_are_copies_only_of_the_same_pixels() -> None:
    blank = [np.full((64, 64), value, np.uint8) for value in (10, 11, 10, 240)]
    done = dataqual.dedup(blank, dry_run=True)
    assert done.rules == {"exact_copies": 1, "near_copies": 0}


def test_pictures_of_someone_elses_test_set_are_found(folder: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    for seed in range(20, 30):
        (theirs / f"{seed}.png").write_bytes(png(photo(seed)))
    (theirs / "planted.jpg").write_bytes(jpeg(photo(8), 60))
    (theirs / "planted.png").write_bytes(png(photo(9)))
    found = dataqual.leakage(read(folder), theirs)
    facts = found.facts()
    assert [facts["readings"][name]["detail"]["documents"] for name in ("leaked", "exact_copies", "near_copies")] == [
        2,
        1,
        1,
    ]
    assert {Path(example["test"]["path"]).name for example in facts["examples"]} == {"planted.jpg", "planted.png"}
    assert "words" not in facts["readings"] and "dataqual dedup" in str(found)
    without = dataqual.dedup(read(folder), tmp_path / "clean", against=theirs)
    assert without.rules == {"exact_copies": 1, "near_copies": 3}
    assert dataqual.leakage(tmp_path / "clean", theirs).share == 0


def test_pictures_in_memory_are_looked_for_in_others() -> None:
    train = [photo(seed) for seed in range(8)]
    found = dataqual.leakage(train, [EDITS["JPEG 60"](train[2]), photo(30), train[5]])
    counts = [found.readings[name].detail["documents"] for name in ("leaked", "exact_copies", "near_copies")]
    assert counts == [2, 1, 1]
    assert "FOLDER" in str(found)


def test_copies_never_straddle_parts(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for seed in range(24):
        (tmp_path / "in" / f"{seed}.png").write_bytes(png(photo(seed)))
        (tmp_path / "in" / f"{seed}-again.jpg").write_bytes(jpeg(photo(seed), 60))
    done = dataqual.split(tmp_path / "in", tmp_path / "parts", parts={"train": 0.5, "test": 0.5})
    assert done.clusters == 24 and sum(done.parts.values()) == 48
    parts = [set(files(tmp_path / "parts" / name)) for name in ("train", "test")]
    assert all(parts) and not parts[0] & parts[1] and len(parts[0] | parts[1]) == 48
    assert dataqual.leakage(tmp_path / "parts" / "train", tmp_path / "parts" / "test").share == 0
    again = dataqual.split(tmp_path / "in", tmp_path / "parts", parts={"train": 0.5, "test": 0.5})
    assert again.parts == done.parts
    whole = dataqual.split(tmp_path / "in", tmp_path / "parts", parts={"train": 1})
    assert whole.removed == (tmp_path / "parts" / "test",) and not (tmp_path / "parts" / "test").exists()


def test_arrays_leave_as_the_arrays_they_came_as(tmp_path: Path) -> None:
    drawn = np.random.default_rng(0)
    train = drawn.integers(0, 256, (30, 28, 28)).astype(np.uint8)
    train[7], train[20] = train[3], train[3]
    test, labels = drawn.random((5, 28, 28)).astype(np.float32), np.arange(30)
    np.savez(tmp_path / "in.npz", x_train=train, y_train=labels, x_test=test, y_test=np.arange(5), about=np.array([1]))
    done = dataqual.clean(tmp_path / "in.npz", tmp_path / "out.npz", recipe=Recipe.of(["dedup_images"]))
    assert done.rules["exact_copies"] == 2
    stay = np.setdiff1d(np.arange(30), [7, 20])
    with np.load(tmp_path / "out.npz") as out:
        assert sorted(out) == ["about", "x_test", "x_train", "y_test", "y_train"]
        np.testing.assert_array_equal(out["x_train"], train[stay])
        np.testing.assert_array_equal(out["y_train"], labels[stay])
        np.testing.assert_array_equal(out["x_test"], test)
        assert out["x_test"].dtype == np.float32 and out["about"].tolist() == [1]


def test_edited_pictures_of_an_array_keep_its_type_and_those_of_a_folder_become_png(
    folder: Path, tmp_path: Path
) -> None:
    blur = Recipe.of([{"spoil_blur": {"dose": 1}}])
    pictures = np.random.default_rng(0).random((6, 20, 20)).astype(np.float32)
    np.savez(tmp_path / "in.npz", images=pictures, labels=np.arange(6))
    dataqual.clean(tmp_path / "in.npz", tmp_path / "out.npz", recipe=blur)
    with np.load(tmp_path / "out.npz") as out:
        assert out["images"].dtype == np.float32 and out["images"].min() >= 0 and out["images"].max() <= 1
        assert 0 < out["images"].std() < pictures.std() / 2
    done = dataqual.clean(read(folder), tmp_path / "out", recipe=blur)
    assert (done.edited, done.kept) == (15, 15)
    assert {"b/same.jpg.png", "b/03.png"} <= set(files(tmp_path / "out"))
    assert all(data.startswith(b"\x89PNG") for data in files(tmp_path / "out").values())


def test_arrays_may_leave_as_files_in_a_folder_for_each_label(tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (4, 16, 16)).astype(np.uint8)
    np.savez(tmp_path / "in.npz", images=pictures, labels=np.array([1, 0, 1, 0]))
    dataqual.clean(tmp_path / "in.npz", tmp_path / "out", recipe=Recipe.of(["dedup_images"]))
    assert list(files(tmp_path / "out")) == ["0/0000002.png", "0/0000004.png", "1/0000001.png", "1/0000003.png"]
    again = [batch.images[0] for batch in dataqual.read(tmp_path / "out").batches() if batch.images is not None]
    np.testing.assert_array_equal(again[0][..., 0], pictures[1])


def test_a_run_that_was_killed_goes_on_and_ends_in_the_same_files(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewriting, "PART", 1)
    monkeypatch.setattr("dataqual.corpus.CHUNK_RECORDS", 3)
    dataqual.dedup(read(folder), tmp_path / "whole")
    wrote, writes = NewFolder.write, []

    def breaking(self: NewFolder, given: Any) -> None:
        writes.append(given)
        if len(writes) == 4:
            raise OSError("the machine went down")
        wrote(self, given)

    monkeypatch.setattr(NewFolder, "write", breaking)
    with pytest.raises((OSError, InputError)):
        dataqual.dedup(read(folder), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr(NewFolder, "write", wrote)
    done = dataqual.dedup(read(folder), tmp_path / "out")
    assert done.resumed > 0
    assert files(tmp_path / "out") == files(tmp_path / "whole")


def test_an_output_may_be_written_again_but_nothing_else_is_replaced(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    dataqual.dedup(read(folder), out)
    first = files(out)
    dataqual.dedup(read(folder), f"{out}/")
    assert files(out) == first
    (out / "mine.txt").write_text("a note")
    os.utime(out / "mine.txt", (2**31, 2**31))
    with pytest.raises(InputError, match="was changed after the run that wrote"):
        dataqual.dedup(read(folder), out)
    (out / "mine.txt").unlink()
    Path(f"{out}.ledger.parquet").unlink()  # as a run leaves it that is killed between its folder and its ledger
    (tmp_path / ".dataqual-out.unfinished").mkdir()
    dataqual.dedup(read(folder), out)
    assert files(out) == first
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.txt").write_text("a note")
    with pytest.raises(InputError, match="is no output of an earlier run"):
        dataqual.dedup(read(folder), other)
    with pytest.raises(InputError, match="holds the inputs"):
        dataqual.dedup(read(folder), folder)
    assert files(other) == {"mine.txt": b"a note"}


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda d, p: d.dedup(p, "x", method="minhash"), "--method minhash: compares texts, and these are pictures"),
        (
            lambda d, p: d.dedup(["a", "b"], "x", method="perceptual"),
            "--method perceptual: compares pictures, and these are texts",
        ),
        (
            lambda d, p: d.dedup(p, "x.jsonl"),
            "-o: x.jsonl: pictures are written to a folder, or arrays of them to a .npz",
        ),
        (
            lambda d, p: d.dedup(p, "x.npz"),
            "-o: x.npz: pictures from picture have no array they belong to; name a folder",
        ),
        (
            lambda d, p: d.dedup(p, "x", keep="word_count"),
            "keep: word_count is a signal of texts, and these are pictures",
        ),
        (lambda d, p: d.dedup(p, "x", radius=99), "perceptual.radius: 99 of 64 bits; from 0 to 32, 10 is usual"),
        (
            lambda d, p: d.clean(p, "x", recipe=Recipe.of(["normalize"])),
            "normalize is for texts, and these are pictures",
        ),
        (
            lambda d, p: d.clean(["a"], "x.jsonl", recipe=Recipe.of(["dedup_images"])),
            "dedup_images is for pictures, and these are texts",
        ),
        (
            lambda d, p: d.dedup(p, "x", index="seen"),
            "--index: keeps words of texts, and nothing that pictures are compared by; name what earlier runs wrote with --against",
        ),
        (lambda d, p: d.leakage(p, ["a"]), "the training corpus holds pictures and the test set texts"),
    ],
)
def test_what_cannot_be_is_one_clear_line(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Callable[[Any, Any], Any], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataqualError) as told:
        call(dataqual, read(folder))
    assert str(told.value).startswith(said)
    assert not list(tmp_path.iterdir())


def test_the_command_line_tells_what_it_did_and_explain_of_one_picture(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataqual.cli import main

    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke(
        main, ["dedup", str(folder), "-o", "out", "--max-unreadable", "0.5", "--clusters", "c.parquet"]
    )
    assert run.exit_code == 0, run.output
    assert "3 pictures in 1 cluster\n" in run.output
    clusters = pl.read_parquet("c.parquet")
    assert set(clusters["kept_id"]) == {"a/smaller.png"} and clusters.height == 3
    told = CliRunner().invoke(main, ["explain", "out", "b/same.jpg"])
    assert "dropped by dedup, rule near_copies" in told.output and "smaller.png" in told.output
    assert "shingles" not in told.output
    asked = CliRunner().invoke(main, ["leakage", "out", str(folder), "--max-unreadable", "0.5", "--json"])
    assert json.loads(asked.stdout)["readings"]["leaked"]["detail"]["documents"] == 15


@pytest.mark.parametrize("step", [DedupImages(), DedupImages("exact"), DedupImages(variants="all", keep="largest")])
def test_the_same_pictures_give_the_same_whatever_the_workers_and_the_blocks(
    step: DedupImages, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = [photo(seed) for seed in range(10)]
    pictures += [edit(picture) for picture in pictures[:4] for edit in EDITS.values()] + pictures[:2]
    corpus = Corpus.of(pictures)
    one = step.prepare(corpus, Local(workers=1))
    monkeypatch.setattr(hamming, "PAIRS_AT_ONCE", 1)
    monkeypatch.setattr("dataqual.images.perceptual.QUERIES", 3)
    two = step.prepare(corpus, Local(workers=3, max_memory=1 << 20))
    assert one.digest == two.digest and len(one.place) >= 2
    left = [len(one(batch)[0]) + sum(map(len, one(batch)[1])) for batch in corpus.batches()]
    assert sum(left) == len(pictures)


def test_nothing_is_transitive() -> None:
    """A chain of pictures, each like the next: whoever goes was compared with the one that stays in its place."""
    first, last = photo(1).astype(float), photo(2).astype(float)
    chain = [np.rint(first * (1 - at / 12) + last * at / 12).astype(np.uint8) for at in range(13)]
    found = Dedupped(chain)
    assert 0 < found.goes < 12
    assert found.least >= 0.985


class Dedupped:
    """What the survey says of some pictures."""

    def __init__(self, pictures: Any) -> None:
        corpus = Corpus.of(pictures)
        with PictureSurvey(Perceptual(radius=20)) as survey:
            for batch in corpus.batches():
                survey.add(survey.signing.of_batch(batch))
            found = survey.finish()
        self.goes = int((found.near_copy_of >= 0).sum())
        self.least = float(found.verified_similarity.min())
        kept = found.near_copy_of < 0
        assert kept[found.near_copy_of[~kept]].all()


def test_parameters_that_cannot_be_are_refused() -> None:
    for asked in ({"threshold": 0}, {"threshold": 1.5}, {"variants": "mirrors"}, {"radius": -1}):
        with pytest.raises(SpecError):
            Perceptual(**asked)  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="exact knows pictures as they are"):
        DedupImages("exact", variants="flips")


def test_the_pages_show_copies_side_by_side_in_both_languages(folder: Path, tmp_path: Path) -> None:
    import reports

    copies = dataqual.dedup(read(folder), tmp_path / "out")
    cleaned = dataqual.clean(
        read(folder), tmp_path / "bright", recipe=Recipe.of([{"keep": {"signal": "brightness", "min": 0.5}}])
    )
    for language, said in (("en", "alike"), ("zh", "相似")):
        page = reports.dedup(copies, language=language)
        assert page.count('<img src="data:image/png;base64,') >= 4 and said in page
        assert page.count('…" alt') == 0 and len(page.encode()) < 2_000_000  # no picture is cut short
        assert '<img src="data:image/png;base64,' in reports.cleaning(cleaned, language=language)


@pytest.mark.parametrize("threshold", [0.99, 0.9999])
def test_a_recipe_s_threshold_is_of_pictures_too_and_what_is_of_words_is_refused(
    threshold: float, folder: Path
) -> None:
    asked: dict[str, Any] = {"max_unreadable": 0.5}
    by_step = dataqual.clean(
        folder, recipe=Recipe.of([{"dedup_images": {"threshold": threshold}}]), dry_run=True, **asked
    )
    by_name = dataqual.clean(
        folder, recipe=Recipe.of([{"dedup": {"near": {"threshold": threshold}}}]), dry_run=True, **asked
    )
    assert by_name.dropped == by_step.dropped
    with pytest.raises(SpecError, match="near_copies: shingle is of texts, and these are pictures"):
        dataqual.clean(folder, recipe=Recipe.of([{"dedup": {"near": {"shingle": 3}}}]), dry_run=True, **asked)
