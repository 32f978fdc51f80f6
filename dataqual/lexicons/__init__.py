"""Lists of words that ship, one entry a line; NOTICE.md names their sources and licences."""

from pathlib import Path

FOLDER = Path(__file__).parent
