"""What is in the wheel and the sdist, and that the wheel works where nothing of the repository is."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = {".ci", "benchmarks", "dataqual", "docs", "examples", "reports", "studies", "tests", "tools"}
pytestmark = pytest.mark.slow


def tracked() -> list[str]:
    """The files of the repository, or of the unpacked sdist where there is no repository."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0 and done.stdout:
        return done.stdout.splitlines()
    found = [path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file()]
    found = [path for path in found if "__pycache__" not in path.parts]
    return [path.as_posix() for path in found if path.parts[0] in FOLDERS | {path.name}]


def carried() -> set[str]:
    """Every tracked file of the three packages; all of them are code or data that the code reads."""
    return {name for name in tracked() if name.startswith(("dataqual/", "reports/", "studies/"))}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a fresh sdist and the wheel built from that sdist, of the tracked files and no others."""
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in tracked():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    line = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(source)]
    done = subprocess.run(line, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="session")
def wheel(built: Path) -> Path:
    [path] = built.glob("*.whl")
    return path


def test_the_wheel_carries_every_file_of_the_packages_and_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert carried() - names == set()
    assert {"dataqual/sample/sample.jsonl", "dataqual/sample/planted.json", "dataqual/sample/NOTICE.md"} <= names
    assert {"LICENSE", "NOTICE"} <= {Path(name).name for name in names if ".dist-info/" in name}
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"dataqual", "reports", "studies"}


def test_the_sdist_carries_what_a_packager_needs_to_build_and_test(built: Path) -> None:
    [path] = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert carried() - names == set()
    wanted = {
        "LICENSE",
        "NOTICE",
        "README.md",
        "CHANGELOG.md",
        "constraints.txt",
        "tests/test_packaging.py",
        "docs/cli.md",
    }
    assert wanted - names == set()


def test_the_wheel_works_in_an_environment_of_its_own(wheel: Path, tmp_path: Path) -> None:
    """Its dependencies are lent by this environment: to download them again would test the registry, not the wheel."""
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"

    def run(*line: str) -> str:
        done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(str(python), "-m", "pip", "install", "--no-deps", "--no-index", str(wheel))
    [own] = (tmp_path / "env" / "lib").glob("python*/site-packages")
    (own / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    home = run(str(python), "-c", "import dataqual; print(dataqual.__file__)")
    assert Path(home.strip()).is_relative_to(own)
    version = wheel.name.split("-")[1]
    for command in ("dataqual", "studies"):
        assert run(str(tmp_path / "env" / "bin" / command), "--version").rstrip().endswith(version)
    run(str(tmp_path / "env" / "bin" / "dataqual"), "profile", "--quiet", "-o", str(tmp_path / "out"))
    assert (tmp_path / "out" / "report.html").stat().st_size > 10_000
