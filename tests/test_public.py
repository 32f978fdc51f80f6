"""What `import dataqual` offers, and what it does not load to do so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import dataqual

ROOT = Path(__file__).parent.parent
HEAVY = {
    "numba", "llvmlite", "numpy", "polars", "pandas", "pyarrow", "scipy", "matplotlib", "seaborn", "jinja2", "zstandard",
    "torch", "great_expectations", "nlpaug", "ray",
}  # fmt: skip
"""What takes a twentieth of a second or more to import, or brings something that does."""

LOADED = "import sys; {code}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"


def loaded_by(code: str) -> set[str]:
    """The top-level modules in memory after `code` ran in a fresh Python."""
    line = [sys.executable, "-c", LOADED.format(code=code)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_the_public_names_are_sorted_and_few() -> None:
    assert list(dataqual.__all__) == sorted(set(dataqual.__all__))
    assert {"Corpus", "profile", "read"} <= set(dataqual.__all__)


@pytest.mark.parametrize("name", dataqual.__all__)
def test_a_public_name_is_there_and_says_what_it_is(name: str) -> None:
    value = getattr(dataqual, name)
    if name != "__version__":
        assert (value.__doc__ or "").strip()
        assert value.__doc__.strip()[0].isupper()


def test_an_unknown_name_is_an_attribute_error_that_names_it() -> None:
    with pytest.raises(AttributeError, match="prophile"):
        _ = dataqual.prophile


def test_dir_lists_the_public_names_before_they_are_loaded() -> None:
    assert set(dataqual.__all__) <= set(dir(dataqual))


@pytest.mark.parametrize(
    "code",
    [
        "import dataqual",
        "import dataqual.sample; dataqual.sample.path()",
        "import dataqual.cli",
        "import studies.cli",
        "from dataqual.cli import main; main(['--help'], standalone_mode=False)",
        "from dataqual.cli import main; main(['profile', '--help'], standalone_mode=False)",
        "from studies.cli import main; main(['--help'], standalone_mode=False)",
    ],
)
def test_starting_and_asking_for_help_load_nothing_heavy(code: str) -> None:
    assert loaded_by(code) & HEAVY == set()


def test_the_check_for_heavy_packages_would_see_one() -> None:
    assert loaded_by("import zstandard") & HEAVY == {"zstandard"}


@pytest.mark.parametrize("package", ["dataqual", "studies", "reports"])
def test_a_package_says_what_it_is_and_that_it_is_typed(package: str) -> None:
    assert (__import__(package).__doc__ or "").strip()
    assert (ROOT / package / "py.typed").is_file()
