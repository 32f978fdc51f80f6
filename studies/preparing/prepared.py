"""`Prepared`: the token files of a study, as `data/data.json` names them; there again where nothing they depend on changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dataqual.corpus import Corpus
from studies.data.picture_file import PictureFile
from studies.data.probe import Probe
from studies.data.token_writing import DATA, publish
from studies.data.tokenizing import GIVEN, Given
from studies.data.windows import TokenFile
from studies.design.study import Study
from studies.learner import Judging
from studies.watching import SILENT, Watch

FORMAT = 3
"""Of what is written: raised when the same study would give other tokens."""

MANIFEST, REMOVED = f"{DATA}/data.json", "removed.parquet"
"""Within the folder of a study."""


@dataclass(frozen=True)
class Prepared:
    """The token files of a study, and what is known of them."""

    tokenizer: str
    vocabulary: int
    grades: Mapping[str, TokenFile]
    held_out: Mapping[str, TokenFile]
    """`raw`, documents of the corpus, and `neutral`."""
    facts: Mapping[str, Any]
    """The part `data` of study.json."""
    removed: Path
    """A parquet file with a row for each document that a grade lost because it shares text with a held-out one."""
    notes: tuple[str, ...] = ()
    judging: Judging | None = None
    """Of pictures: by what those are judged that a model makes."""
    probes: Mapping[str, Probe] = field(default_factory=dict)
    validation: TokenFile | None = None
    """Whose loss says when to stop early."""

    @classmethod
    def again(cls, folder: Path, fingerprint: str, watch: Watch = SILENT) -> Prepared | None:
        """What an earlier run left, if it is of this study and unharmed; `watch` hears what was found."""
        try:
            manifest = json.loads((folder / MANIFEST).read_bytes())
            found = cls._of(manifest, folder) if manifest["fingerprint"] == fingerprint else None
        except FileNotFoundError:
            if (folder / DATA).exists():
                watch.say("an earlier start was broken off while it prepared the corpus: that begins anew")
            return None
        except (OSError, ValueError, KeyError, TypeError):
            found = None
        if found is None or not found._whole():
            watch.say("what was prepared before is of another corpus or study, or was harmed: it is prepared anew")
            return None
        watch.say(f"prepared before, and used again; {found.said()}")
        return found

    @classmethod
    def save(cls, folder: Path, fingerprint: str, notes: Iterable[str], facts: Mapping[str, Any]) -> Prepared:
        """Write the manifest, last of all, so that whatever it names is there."""
        manifest = {"fingerprint": fingerprint, "notes": list(notes), "facts": facts}
        publish(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
        return cls._of(manifest, folder)

    @classmethod
    def _of(cls, manifest: Mapping[str, Any], folder: Path) -> Prepared:
        facts = manifest["facts"]
        return cls(
            tokenizer=facts["tokenizer"],
            vocabulary=facts["vocabulary"],
            grades=_files(folder, facts["grades"]),
            held_out=_files(folder, facts["held_out"]),
            facts=facts,
            removed=folder / REMOVED,
            notes=tuple(manifest["notes"]),
            judging=_judging(folder, facts.get("judging")),
            probes={name: _probe(folder, one) for name, one in facts.get("probes", {}).items()},
            validation=token_file(folder, facts["validation"]) if "validation" in facts else None,
        )

    def said(self) -> str:
        """How much there is of each grade, for people."""
        what = "pictures" if self.judging is not None else "tokens"
        return f"{what}: {', '.join(f'{name} {file.tokens:,}' for name, file in self.grades.items())}"

    def _whole(self) -> bool:
        files: list[TokenFile | Probe] = [*self.grades.values(), *self.held_out.values(), *self.probes.values()]
        files += [self.validation] if self.validation else []
        return self.removed.exists() and all(_sha256(file.path) == file.sha256 for file in files)


def fingerprint(study: Study, corpus: Corpus, neutral: Corpus, probes: Sequence[Corpus] = ()) -> str:
    """Sixteen digits that change with whatever decides the token files: their part of the study, the input, our code."""
    facts = {
        "format": FORMAT,
        "dataqual": version("dataqual"),
        "tokenizers": version("tokenizers") if study.tokenizer != "bytes" else None,
        "study": {name: study.resolved()[name] for name in ("held_out_share", "held_out_tokens", "tokenizer")},
        "grades": [[grade.name, grade.share, [repr(step) for step in grade.steps]] for grade in study.grades],
        "tokens": study.longest,
        "files": [
            [file.path, file.size, Path(file.path).stat().st_mtime_ns]
            for c in (corpus, neutral, *probes)
            for file in c.files
        ],
        "columns": [str(c.columns) for c in (corpus, neutral, *probes)],
        "table": _table(study.tokenizer),
    }
    if study.early_stopping is not None:
        facts |= {"validation": study.early_stopping.share}
    if study.probes:
        facts |= {"probes": study.resolved()["probes"], "window": study.window}
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def _table(tokenizer: str | int) -> str | None:
    """The hash of a given tokenizer."""
    if not isinstance(tokenizer, str) or not tokenizer.startswith(GIVEN):
        return None
    return Given.read(Path(tokenizer.removeprefix(GIVEN))).sha256


def picture_fingerprint(study: Study, corpus: Corpus) -> str:
    """The same of a study of pictures."""
    assert study.pictures is not None
    plain = study.pictures.plain()
    extractor = plain.pop("extractor")
    facts = {
        "format": FORMAT,
        "dataqual": version("dataqual"),
        "study": [study.held_out_share, study.held_out_tokens, plain],
        "extractor": extractor and [extractor, Path(extractor).stat().st_mtime_ns if Path(extractor).exists() else 0],
        "grades": [[grade.name, grade.share, [repr(step) for step in grade.steps]] for grade in study.grades],
        "files": [[file.path, file.size, Path(file.path).stat().st_mtime_ns] for file in corpus.files],
        "columns": str(corpus.columns),
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def _files(folder: Path, named: Mapping[str, Mapping[str, Any]]) -> dict[str, TokenFile]:
    return {name: token_file(folder, facts) for name, facts in named.items()}


def token_file(folder: Path, facts: Mapping[str, Any]) -> TokenFile:
    """The file that a line of the manifest names."""
    path = folder / DATA / facts["file"]
    if shape := facts.get("shape"):
        return PictureFile(path, facts["tokens"], facts["bytes"], facts["sha256"], *shape)
    return TokenFile(path, facts["tokens"], facts["bytes"], facts["sha256"])


def _probe(folder: Path, facts: Mapping[str, Any]) -> Probe:
    own = (facts["sha256"], facts["kind"], tuple(facts["classes"]))
    return Probe(folder / DATA / facts["file"], *own, facts["epochs"], facts["learning_rate"], facts["seed"])


def _judging(folder: Path, facts: Mapping[str, Any] | None) -> Judging | None:
    if facts is None:
        return None
    return Judging(folder / DATA / facts["file"], facts["name"], facts["pictures"])


def _sha256(path: Path) -> str | None:
    if not path.exists():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
