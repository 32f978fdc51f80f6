"""To and from great-expectations: suites in both directions, our signals as columns, and expectations of our own.

    from dataqual.adapters import great_expectations as dq

    suite = dq.to_gx("suite.yaml")                      # an ExpectationSuite: theirs where there is an equal one, else ours
    ours = dq.from_gx(suite)                            # and back
    frame = dq.with_signals(frame, ["word_count"])      # a column for each signal, for their expectations

    dq.ExpectTextWordCountToBeBetween(column="text", min_value=5, mostly=0.95)
    dq.ExpectNearDuplicateShareToBeLessThan(column="text", max_value=0.02)

The expectations are registered by importing this module, validate pandas batches, and show in Checkpoint results and Data
Docs. Importing takes as long as great_expectations itself (4 to 6 seconds), so nothing of ours does it unasked.
`GX_ANALYTICS_ENABLED` is set to false before, unless it is set already: nothing is sent to anybody.
"""

from __future__ import annotations

import os
from importlib.util import find_spec

from dataqual.errors import MissingExtra

if find_spec("great_expectations") is None:
    raise MissingExtra("great-expectations", "checks")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
import great_expectations.expectations as gxe

from dataqual.adapters.great_expectations.expectations import (
    ExpectCorpusCheckToBeBetween,
    ExpectExactDuplicateShareToBeLessThan,
    ExpectNearDuplicateShareToBeLessThan,
    ExpectTextCharacterCountToBeBetween,
    ExpectTextDuplicateLineShareToBeBetween,
    ExpectTextEmailAddressesToBeBetween,
    ExpectTextMojibakeToBeBetween,
    ExpectTextSignalToBeBetween,
    ExpectTextToPassRules,
    ExpectTextWordCountToBeBetween,
    expectations,
)
from dataqual.adapters.great_expectations.pages import page_of, shown
from dataqual.adapters.great_expectations.reading import from_gx
from dataqual.adapters.great_expectations.signal_columns import with_signals
from dataqual.adapters.great_expectations.writing import to_expectation, to_gx

__all__ = [
    "ExpectCorpusCheckToBeBetween",
    "ExpectExactDuplicateShareToBeLessThan",
    "ExpectNearDuplicateShareToBeLessThan",
    "ExpectTextCharacterCountToBeBetween",
    "ExpectTextDuplicateLineShareToBeBetween",
    "ExpectTextEmailAddressesToBeBetween",
    "ExpectTextMojibakeToBeBetween",
    "ExpectTextSignalToBeBetween",
    "ExpectTextToPassRules",
    "ExpectTextWordCountToBeBetween",
    "expectations",
    "from_gx",
    "gx",
    "gxe",
    "page_of",
    "shown",
    "to_expectation",
    "to_gx",
    "with_signals",
]
