"""Gates a step of pandas by what it returns: python checks_pandas.py corpus.jsonl"""

from __future__ import annotations

import sys

import pandas as pd

import dataqual
from dataqual import checks

SOUND = checks.column("id", nulls=False) & checks.signal("word_count", min=1, mostly=0.9)


@checks.gate(SOUND, told=lambda checked: print(checked.headline))
def cleaned(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame without documents of white space alone."""
    return frame[frame["text"].str.strip() != ""]


def main(path: str) -> None:
    """Read, clean, and be sure of what comes out."""
    records = []
    for batch in dataqual.read(path).batches():
        ids = batch.columns["id"].to_list()
        records += [{"id": ids[row], "text": batch.text[row]} for row in range(len(batch))]
    print(len(cleaned(pd.DataFrame(records))), "documents go on")


if __name__ == "__main__":
    main(sys.argv[1])
