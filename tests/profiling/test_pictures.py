"""The profile of pictures: what it counts, shows and finds, and its page in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from PIL import Image

import dataqual
import reports
from dataqual import catalog
from dataqual.cli import main
from dataqual.errors import MissingExtra, SpecError
from dataqual.images import Images
from dataqual.profiling import Profile
from dataqual.profiling.pictures import sheets
from dataqual.translating import Translation, sentences
from tests.images.made import noise, waves
from tests.images.test_image import claiming, encoded
from tests.test_chinese import IDENTIFIERS

SKIP = ("labels", "diversity")
"""What trains networks has tests of its own."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty pictures of two labels with one of each fault."""
    folder = tmp_path_factory.mktemp("pictures") / "photos"
    pictures: dict[str, bytes] = {}
    for at in range(36):
        pictures[f"{'cat' if at % 3 else 'dog'}/{at:02}.jpg"] = encoded(waves(80, 100, at), "jpeg", quality=90)
    pictures["cat/blank.png"] = encoded(np.full((80, 100, 3), 200, np.uint8))
    pictures["cat/copy.png"] = encoded(np.full((80, 100, 3), 200, np.uint8), compress_level=0)
    pictures["dog/liar.png"] = encoded(waves(80, 100, 99), "jpeg", quality=10)
    frames = [Image.fromarray(noise(80, 100, 3, at)) for at in range(2)]
    pictures["dog/moves.gif"] = encoded(frames[0], "gif", save_all=True, append_images=frames[1:])
    pictures["dog/cut.png"] = encoded(noise(80, 100, 3, 1))[:999]
    pictures["dog/bomb.png"] = claiming(50_000, 50_000)
    for name, data in pictures.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def profile(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Profile:
    table = tmp_path_factory.mktemp("results") / "signals.parquet"
    made = dataqual.profile(folder, skip=SKIP, max_unreadable=0.1, signals=table)
    made.facts["table"] = pl.read_parquet(table)
    return made


def test_it_counts_what_is_there_and_what_cannot_be_read(profile: Profile) -> None:
    facts = profile.facts
    assert facts["corpus"]["view"] == "image"
    assert profile["documents"].value == 40
    assert facts["unreadable"]["kinds"] == {"too many pixels": 1, "truncated picture": 1}
    assert profile["exact_copies"].value == 1 / 40
    assert facts["pictures"]["formats"] == {"jpeg": 37, "png": 2, "gif": 1}
    assert facts["pictures"]["sizes"]["rows"] == [{"width": 100, "height": 80, "pictures": 40}]
    [groups] = facts["groups"]
    assert {row["value"]: row["documents"] for row in groups["rows"]} == {"cat": 26, "dog": 14}
    assert sum(len(one["examples"]) for one in facts["pictures"]["by_label"]) == 12


def test_every_fault_is_a_finding_with_the_command_that_leaves_it_out(profile: Profile, folder: Path) -> None:
    found = {finding.name: finding for finding in profile.findings}
    assert {name: found[name].headline for name in ("blank_pictures", "mislabelled_pictures", "animations", "strongly_compressed")} == {
        "blank_pictures": "5.0 % of the pictures are blank: 99 of 100 pixels are of one colour",
        "mislabelled_pictures": "2.5 % of the pictures are of another format than their names say",
        "animations": "2.5 % of the pictures hold several pictures, of which the first is looked at",
        "strongly_compressed": "2.5 % of the pictures are JPEGs of a quality below 30",
    }  # fmt: skip
    assert (
        found["exact_copies"].command == f"dataqual dedup {folder} -o photos.dedup/ --max-unreadable 0.1 --method exact"
    )
    command = found["blank_pictures"].command
    assert (
        command == f"dataqual clean {folder} -o photos.clean-blank_pictures/ --max-unreadable 0.1 --drop blank_pictures"
    )
    assert found["exact_copies"].headline == "2.5 % of the pictures are exact copies of an earlier one"


def test_the_table_has_what_signals_measure_alone(profile: Profile, folder: Path) -> None:
    table: pl.DataFrame = profile.facts["table"]
    assert table.height == 40
    images = Images.of(table["file"].to_list())
    for name in ("blurriness", "entropy", "side"):
        expected = catalog.signal(name)(images).astype(np.float32)
        assert table[name].to_list() == expected.tolist()
    assert table["label"].to_list() == [Path(file).parent.name for file in table["file"]]


def test_a_finding_of_copies_shows_what_goes_beside_what_stays(profile: Profile) -> None:
    [found] = [one for one in profile.facts["findings"] if one["name"] == "exact_copies"]
    goes, stays = (Path(one["file"]).name for one in (found["example"], found["example"]["kept"]))
    assert (stays, goes) == ("blank.png", "copy.png")
    for language, words in (("en", ("stays", "goes")), ("zh", ("保留", "删去"))):
        page = reports.profile(profile, language=language)
        row = page.index(f"<b>{words[0]}</b>")
        assert row < page.index(f"<b>{words[1]}</b>") < page.index("</div>", row)


def test_the_worst_are_those_at_the_end_of_a_signal(profile: Profile) -> None:
    table: pl.DataFrame = profile.facts["table"]
    for name, worst in profile.facts["pictures"]["worst"].items():
        values = table[name].sort(descending=worst["end"] == "highest").to_list()[:8]
        assert [example["value"] for example in worst["examples"]] == pytest.approx(values, rel=1e-6, abs=1e-5), name
        assert worst["tied"] == (table[name] == values[0]).sum(), name


def test_any_number_of_workers_gives_the_same_facts(folder: Path) -> None:
    def facts(workers: int) -> dict[str, Any]:
        made = dataqual.profile(folder, skip=SKIP, max_unreadable=0.1, workers=workers).facts
        made.pop("run")
        return made

    assert facts(1) == facts(3)


def test_a_sample_says_so(folder: Path) -> None:
    made = dataqual.profile(folder, skip=SKIP, max_unreadable=0.1, sample=10)
    assert made.facts["corpus"]["sample"] == {"documents": 10, "seed": 0, "of": 40}
    assert made["blank_pictures"].interval is not None


def test_the_page_shows_pictures_in_both_languages(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {name: value for name, value in profile.facts.items() if name != "table"}
    page = reports.profile(facts)
    assert page.count("<img ") >= 60
    assert "40 pictures, " in page
    assert not re.search(r'src="(?!data:image)', page)
    missed: set[str] = set()
    monkeypatch.setattr("reports.page.translation", lambda language: Translation(sentences(language), missed.add))
    assert "张图片" in reports.profile(facts, language="zh")
    ours = {text.replace("\u00a0", " ") for text in missed if re.search("[a-z]{2}", text)}
    assert {text for text in ours if not IDENTIFIERS.search(text)} <= {"photos:"}


def test_a_page_of_many_pictures_stays_below_two_megabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "ROOM", 3_000_000)
    pictures = [noise(64, 64, 3, seed) for seed in range(300)]  # nothing is harder to compress
    page = reports.profile(dataqual.profile(pictures, skip=SKIP))
    assert len(page.encode()) < 2_000_000


def test_the_command_prints_a_summary_and_writes_the_page(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for language, said in (("en", "40 pictures\n9"), ("zh", "40 张图片\n")):
        arguments = [
            "profile",
            str(folder),
            "--max-unreadable",
            "0.1",
            "--skip",
            "labels",
            "--skip",
            "diversity",
            "--lang",
            language,
        ]
        ran = CliRunner().invoke(main, arguments)
        assert ran.exit_code == 0, ran.output
        assert said in ran.output or said.removesuffix("9") in ran.output
    assert json.loads((tmp_path / "photos.profile" / "profile.json").read_text(encoding="utf-8"))["pictures"]
    assert (tmp_path / "photos.profile" / "unreadable.jsonl").exists()


def test_without_torch_all_but_the_wrong_labels_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*given: Any, **asked: Any) -> None:
        raise MissingExtra("torch", "images")

    monkeypatch.setattr("dataqual.profiling.picture_sections.labels.judged_sample", missing)
    pictures = np.stack([noise(8, 8, 3, at) for at in range(40)])
    np.savez(tmp_path / "digits.npz", images=pictures, labels=np.arange(40) % 2)
    profile = dataqual.profile(tmp_path / "digits.npz")
    labels = profile.facts["labels"]
    assert labels["readings"]["label_balance"]["n"] == 40 and labels["readings"]["label_errors"]["value"] is None
    (note,) = (finding for finding in profile.findings if finding.name == "labels_unjudged")
    assert note.headline == "wrong labels were not looked for: torch is not installed"
    assert note.command == "pip install '.[images]' -c constraints.txt"
    assert note.headline in reports.profile(profile)


def test_rules_for_texts_are_refused(folder: Path) -> None:
    with pytest.raises(SpecError, match=r"^gopher@dolma: these rules judge texts, and these are pictures$"):
        dataqual.profile(folder, rules=["gopher@dolma"], max_unreadable=0.1)


def test_strange_pictures_have_a_profile_too() -> None:
    strange = [
        np.zeros((0, 0, 3), np.uint8),
        np.zeros((1, 1), np.uint8),
        noise(9, 3, 4, 1),
        np.zeros((2, 500), np.uint8),
    ]
    made = dataqual.profile(strange, skip=SKIP)
    assert made["documents"].value == 4
    assert "4 pictures" in reports.profile(made)
