"""How varied a corpus is: words, documents beside each other, topics, and sentences that repeat but for a few words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from dataqual.diversity.frames import Frames
from dataqual.diversity.topics import Topics
from dataqual.document_sample import DocumentSample
from dataqual.finding import Finding, percent
from dataqual.masking import mask
from dataqual.metrics.compression_ratio import CompressionRatio
from dataqual.metrics.distinct import Distinct
from dataqual.metrics.hd_d import HdD
from dataqual.metrics.homogenization import Homogenization
from dataqual.metrics.mattr import Mattr
from dataqual.metrics.mtld import Mtld
from dataqual.metrics.ngram_diversity import NgramDiversity
from dataqual.metrics.self_bleu import SelfBleu
from dataqual.metrics.self_repetition import SelfRepetition
from dataqual.metrics.templates import Templates
from dataqual.metrics.topic_spread import TopicSpread
from dataqual.metrics.vendi import Vendi
from dataqual.metrics.vocabulary import Vocabulary
from dataqual.metrics.vocabulary_growth import VocabularyGrowth
from dataqual.metrics.word_entropy import WordEntropy
from dataqual.metrics.yules_k import YulesK
from dataqual.operators import SampleMetric
from dataqual.profiling.sections import Setting
from dataqual.reading import wilson

METRICS: Mapping[str, SampleMetric] = {
    "vendi": Vendi(),
    "topic_spread": TopicSpread(),
    "templates": Templates(),
    "homogenization": Homogenization(),
    "self_bleu": SelfBleu(),
    "self_repetition": SelfRepetition(),
    "compression_ratio": CompressionRatio(),
    "vocabulary": Vocabulary(),
    "vocabulary_growth": VocabularyGrowth(),
    "distinct_1": Distinct(n=1),
    "distinct_2": Distinct(n=2),
    "distinct_3": Distinct(n=3),
    "distinct_4": Distinct(n=4),
    "ngram_diversity": NgramDiversity(),
    "word_entropy": WordEntropy(),
    "yules_k": YulesK(),
    "mattr": Mattr(),
    "mtld": Mtld(),
    "hd_d": HdD(),
}
BY_GROUP: Mapping[str, SampleMetric] = {
    "mattr": Mattr(),
    "distinct_2": Distinct(n=2, among=1_000),
    "homogenization": Homogenization(pairs=200),
    "vendi": Vendi(among=20),
}
"""What is read of every group by itself: of small sets, so that groups of a hundred documents have enough of them."""
LEAST, GROUPS = 100, 6
"""Documents in the sample without which a group is not read, and groups that are."""
ALONE = True
TOPICS, FRAMES, SHOWN = 12, 6, 2
REPEATED = 5
"""Documents of the sample that have a frame before it is listed."""
MANY = 0.2
"""Share of documents with a frame of another among a hundred from which it is a finding: in prose it is a few per cent."""


def facts(sample: DocumentSample, setting: Setting) -> dict[str, Any] | None:
    """Readings, topics, frames and groups; None for a corpus without documents."""
    if not len(sample):
        return None
    return {
        "sample": {"documents": len(sample), "of": sample.of, "complete": sample.complete},
        "readings": {name: metric.estimate(sample).facts() for name, metric in METRICS.items()},
        "topics": _topics(sample, setting),
        "frames": _frames(sample, setting),
        "by": [table for role in ("group", "label", "language") if (table := _by(sample, role, setting))],
    }


def findings(block: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[Finding]:
    """Documents made from a few templates."""
    reading = block["readings"]["templates"]
    low = (reading.get("interval") or [reading["value"] or 0.0])[0]
    if low < MANY or not block["frames"]:
        return
    frame = block["frames"][0]
    yield Finding(
        "templates",
        "warning",
        f"{percent(reading['value'])} of the documents share a sentence frame with another of a hundred",
        reading,
        "What was made from a few templates teaches the templates: a model repeats them word for word.",
        frame["examples"][0] if frame["examples"] else None,
        "write more varied templates, or keep a few documents of each",
        where="diversity",
    )


def _topics(sample: DocumentSample, setting: Setting) -> list[dict[str, Any]]:
    """The clusters, the largest first: how many documents, what marks them, and those nearest to their middle."""
    topics = Topics.of(sample, TOPICS)
    gaps = topics.distances
    found = []
    for at, (size, names) in enumerate(zip(topics.clusters.sizes.tolist(), topics.names, strict=True)):
        rows = np.flatnonzero(topics.clusters.labels == at)
        nearest = rows[np.argsort(gaps[rows], kind="stable")[:SHOWN]].tolist()
        found.append(
            {
                "documents": size,
                "share": size / len(sample),
                **({} if sample.complete else {"interval": list(wilson(size, len(sample)) or ())}),
                "names": [mask(name) for name in names],
                "examples": [setting.example(sample, row) for row in nearest],
            }
        )
    return found


def _frames(sample: DocumentSample, setting: Setting) -> list[dict[str, Any]]:
    """The frames of most documents, with two sentences of different documents that have each."""
    frames = Frames.of(sample)
    found = []
    for code in np.argsort(-frames.spread, kind="stable")[:FRAMES].tolist():
        if frames.spread[code] < REPEATED:
            break
        sentences = np.flatnonzero(frames.codes == code)
        _, first = np.unique(frames.documents[sentences], return_index=True)
        shown = sentences[first[:SHOWN]].tolist()
        found.append(
            {
                "frame": mask(frames.told(shown[0])),
                "documents": int(frames.spread[code]),
                "slots": int(frames.slots[shown[0]]),
                "examples": [_sentence(sample, frames, at, setting) for at in shown],
            }
        )
    return found


def _sentence(sample: DocumentSample, frames: Frames, at: int, setting: Setting) -> dict[str, Any]:
    """The document of a sentence, with the sentence marked."""
    row = int(frames.documents[at])
    begin = int(sample.text.offsets[row])
    before, own = (
        sample.text.data[a:b].tobytes().decode()
        for a, b in ((begin, int(frames.starts[at])), (int(frames.starts[at]), int(frames.ends[at])))
    )
    return setting.example(sample, row, [(len(before), len(before) + len(own), "sentence of this frame")])


def _by(sample: DocumentSample, role: str, setting: Setting) -> dict[str, Any] | None:
    """A few readings of each large group; None where there are not two of them."""
    parts = list(sample.by(role, most=GROUPS, least=LEAST)) if role in sample.columns else []
    if len(parts) < 2:
        return None
    rows = [
        {
            "value": mask(value) if value is not None else None,
            "documents": len(part),
            "readings": {name: metric.estimate(part).facts() for name, metric in BY_GROUP.items()},
        }
        for value, part in parts
    ]
    return {"role": role, "column": getattr(setting.columns, role, None) or role, "rows": rows}
