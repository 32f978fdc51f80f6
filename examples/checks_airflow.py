"""A task for Airflow that fails, and is not tried again, where a corpus does not pass: python checks_airflow.py corpus.jsonl

Where Airflow is not installed the task is a plain function, so that the file runs anywhere.
"""

from __future__ import annotations

import sys

from dataqual import checks

try:
    from airflow.exceptions import AirflowFailException
    from airflow.sdk import task
except ImportError:

    class AirflowFailException(Exception):
        """What makes Airflow fail a task at once: the corpus will not be better the second time."""

    def task(function):
        """The function itself."""
        return function


SUITE = checks.suite([{"metric": "documents", "min": 10}, {"metric": "exact_copies", "max": 0.2}])


@task
def check_corpus(path: str) -> dict:
    """The facts of the check, for the tasks behind it; the log of the task tells what failed."""
    checked = SUITE(path)
    print(checked)
    if not checked:
        raise AirflowFailException(checked.headline)
    return {"path": path, "documents": checked.documents}


if __name__ == "__main__":
    print(check_corpus(sys.argv[1]))
