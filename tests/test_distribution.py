"""How the tests themselves are run: on every core, but for a few files, which are done before a second process has started."""

from __future__ import annotations

from types import SimpleNamespace

import pytest


@pytest.mark.parametrize(
    ("named", "alone"),
    [
        ([__file__], True),
        ([__file__, f"{__file__}::test_how_many_processes_run_what_was_asked_for[a[b]"], True),
        ([__file__, "tests"], False),
        (["tests", "dataqual"], False),
    ],
)
def test_files_are_run_in_one_process_and_folders_in_one_per_core(
    named: list[str], alone: bool, pytestconfig: pytest.Config
) -> None:
    asked = SimpleNamespace(args=named, option=SimpleNamespace(numprocesses="auto"))
    workers = pytestconfig.hook.pytest_xdist_auto_num_workers(config=asked)
    assert (workers == 0) == alone
