"""The first run compiles in two processes: this one from the first metric on, another from the last one back."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys

from dataqual import sample
from dataqual.engine import default_memory
from dataqual.engine.helper import possible
from dataqual.measured import Measured
from dataqual.outliers import Ordinary
from dataqual.profiling import sections
from dataqual.profiling.options import Options
from dataqual.profiling.sections import diversity
from dataqual.profiling.texts import Texts
from dataqual.readers import open_corpus

START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from dataqual.profiling.warming import backwards; backwards()"
)


def elsewhere() -> subprocess.Popen[bytes] | None:
    """Start the process that compiles from the other end, where there can be one; it ends with this one.

    numba has one lock for all threads that compile, so only a process helps. It keeps each loop on disk as soon as that
    is compiled, where the other process finds it.
    """
    if not possible():
        return None
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", START, json.dumps(sys.path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,
        env=os.environ | {"POLARS_MAX_THREADS": "1"},
    )
    atexit.register(process.kill)
    return process


def backwards() -> None:
    """Compile what a profile needs, the last first: the comparison of copies, the sections, then the metrics in reverse."""
    corpus = open_corpus([sample.path()])
    batch = next(iter(corpus.batches()))
    plan = Texts.plan(corpus, Options(), table=False)
    subject = plan.subject
    assert isinstance(subject, Texts)
    texts = [batch.text[i] for i in range(len(batch))]
    with subject.survey(default_memory() // 8) as survey:
        survey.add(subject.signed(batch))
        survey.finish(lambda numbers: [texts[number] for number in numbers])
    measured = Measured(batch)
    drawn = measured.sample(sections.size(subject.sections))
    for sampled in diversity.METRICS.values():
        sampled.estimate(drawn)
    Ordinary.of(drawn).judge(drawn.text)
    for metric in reversed(plan.metrics.values()):
        metric.measure(measured)
