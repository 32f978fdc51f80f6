"""What can go wrong that a user can mend; anything else is our bug and keeps its traceback.

DataqualError                one line for the user, exit code 2
├── InputError               the corpus cannot be read as asked
│   ├── UnknownColumn        the named (or guessed) column is not there
│   ├── NoDocuments          nothing readable was found
│   └── TooManyUnreadable    more bad records than --max-unreadable allows
├── SpecError                a name, parameter or file of ours is wrong: rule, signal, recipe
├── CheckFailed              a corpus is not as a suite of checks says it must be
├── MissingExtra             a package of an optional extra is not installed
└── WorkerLost               a helping process was ended from outside
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable


class DataqualError(Exception):
    """Something the user can mend; the message says where, what and what to do, in one line."""


class InputError(DataqualError):
    """The corpus cannot be read as asked."""


class UnknownColumn(InputError):
    """The column that was named, or looked for, is not in the data."""


class NoDocuments(InputError):
    """Nothing readable was found: an empty report would look like a clean corpus."""


class TooManyUnreadable(InputError):
    """More records could not be read than the user allows."""


class SpecError(DataqualError):
    """A name, a parameter or a value in a rule set, recipe or option is wrong."""


class CheckFailed(DataqualError):
    """A corpus is not as a suite says it must be, or that cannot be told; the message is what `check` prints."""


class MissingExtra(DataqualError):
    """A package of an optional extra is missing; the message names the extra, and what needs it where that is not plain."""

    def __init__(self, package: str, extra: str, need: str = "") -> None:
        what = f"'.[{extra}]' -c constraints.txt"
        self.package, self.command = package, f"pip install {what}"
        how = f"{package} is not installed; it comes with: pip install {what}"
        super().__init__(f"{need}: {how}" if need else how)


class WorkerLost(DataqualError):
    """A helping process ended before its work did, most likely because memory ran short."""


def nearest_file(path: str | os.PathLike[str]) -> str:
    """The end of an error letter about a file that is not there: the name beside it that is nearest, if one is near.

    >>> nearest_file("/no/such/place.jsonl")
    ''
    """
    folder, name = os.path.split(os.fspath(path).rstrip(os.sep))
    try:
        there = sorted(entry for entry in os.listdir(folder or ".") if not entry.startswith("."))
    except OSError:
        return ""
    stems = {entry.partition(".")[0]: entry for entry in reversed(there)}  # endings alone make no two names alike
    near = difflib.get_close_matches(name.partition(".")[0], stems, n=1, cutoff=0.6)
    return f"; did you mean {os.path.join(folder, stems[near[0]])!r}?" if near else ""


def did_you_mean(given: str, allowed: Iterable[str]) -> str:
    """The end of an error letter: the nearest allowed name if one is near, then all of them.

    >>> did_you_mean("treshold", ["threshold", "seed"])
    "did you mean 'threshold'? there are: seed, threshold"
    >>> did_you_mean("x", ["threshold", "seed"])
    'there are: seed, threshold'
    """
    names = sorted(allowed)
    near = difflib.get_close_matches(given, names, n=1, cutoff=0.6)
    listing = f"there are: {', '.join(names)}" if names else "there are none"
    return f"did you mean {near[0]!r}? {listing}" if near else listing
