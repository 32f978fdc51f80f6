"""What the command line says while it works: notes and progress on stderr, for people at a terminal."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dataqual.speaking import said, tell

if TYPE_CHECKING:
    from dataqual.profiling import Profile
    from dataqual.rewriting import Cleaned

PAUSE = 0.2
"""Seconds between two lines of progress: more often is flicker."""


class Console:
    """Says things on stderr; nothing at all when `quiet`."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._live = not quiet and sys.stderr.isatty()
        self._started = time.monotonic()
        self._last = 0.0
        self._noted: set[str] = set()

    def say(self, text: str) -> None:
        """One line."""
        if not self._quiet:
            tell(text, err=True)

    def note(self, text: str) -> None:
        """One line that is told once, however many corpora it is true of."""
        if text not in self._noted:
            self._noted.add(text)
            self.say(text)

    def warn(self, text: str) -> None:
        """One line that is told even where nothing else is."""
        tell(text, err=True)

    def compiling(self) -> None:
        """Say that the first run compiles, if this is one, and have another process do half of it."""
        if _compiled():
            return
        self.say("first run: compiling the inner loops, once; this takes about half a minute")
        from dataqual.profiling.warming import elsewhere

        elsewhere()

    def progress(self, documents: int, done: int, size: int) -> None:
        """A line that is overwritten: how far, how fast, how long still."""
        now = time.monotonic()
        if not self._live or now - self._last < PAUSE:
            return
        self._last = now
        seconds = now - self._started
        rate = done / seconds / 1e6
        left = f", {(size - done) / max(done, 1) * seconds:.0f} s left" if size else ""
        share = f"{done / size:4.0%} " if size else ""
        click.echo("\r\x1b[K" + said(f"{share}{documents:,} documents, {rate:.0f} MB/s{left}"), nl=False, err=True)

    def done(self) -> None:
        """Take the line of progress away."""
        if self._live and self._last:
            click.echo("\r\x1b[K", nl=False, err=True)

    def summary(self, profile: Profile, page: Path) -> None:
        """The summary, and where the page is, on stdout."""
        from dataqual.profiling.summary import plain, summary

        for line, colour in summary(profile):
            tell(line, colour)
        click.echo(f"\n{plain(str(page))}")

    def cleaned(self, cleaned: Cleaned, page: str | None) -> None:
        """What a cleaning came to, and where the page is; findings in the colour of their severity.

        On stdout, but on stderr where the documents go there.
        """
        aside = "-" in cleaned.sent
        from dataqual.finding import SIGNS
        from dataqual.profiling.summary import COLOURS, plain

        colours = {SIGNS[severity]: colour for severity, colour in COLOURS.items()}
        for line in str(cleaned).splitlines():
            tell(line, colours.get(line[:1]), err=aside)
        if page:
            click.echo(plain(page), err=aside)


def _compiled() -> bool:
    """Whether compiled kernels are kept already; if so, what runs them is loaded beside the rest."""
    from dataqual.kernels.keeping import ahead, folder

    found = any(folder().glob("*.loop"))
    if found:
        ahead()
    return found
