"""The faults of single documents that have a name: what a profile counts under it is what `clean --drop` leaves out."""

from __future__ import annotations

from dataqual.bounds import Bounds

SHARES: dict[str, tuple[str, Bounds]] = {
    "empty": ("word_count", Bounds(max=0)),
    "mojibake": ("mojibake", Bounds(min=1)),
    "replacement_characters": ("replacement_characters", Bounds(min=1)),
    "control_characters": ("control_characters", Bounds(min=1)),
    "html_residue": ("html_residue", Bounds(min=3)),
    "email_addresses": ("email_addresses", Bounds(min=1)),
    "personal_data": ("personal_data", Bounds(min=1)),
    "long_words": ("longest_word", Bounds(above=200)),
}
"""Shares of documents that are worth a line of their own. One tag or `&amp;` may be what the text is about, three
are residue; the longest word in a dictionary has 189,819 letters as a joke and 45 in earnest, so more than 200 is
glued text, base64 or a URL."""

PICTURES: dict[str, tuple[str, Bounds]] = {
    "blank_pictures": ("single_color_share", Bounds(min=0.99)),
    "mislabelled_pictures": ("mislabelled", Bounds(min=1)),
    "animations": ("frames", Bounds(min=2)),
    "strongly_compressed": ("jpeg_quality", Bounds(below=30)),
}
"""The same of pictures, those of any kind: what is dark, light or blurred depends on what pictures are of, so that stands in a rule
set. Below a quality of 30 the blocks of JPEG are plain to see; a picture of which 99 of 100 pixels are of one colour shows nothing."""

JUDGED = {"label_errors": ("label_suspect", Bounds(min=1))}
"""Findings that only a survey of the corpus can tell: the signal, and where it says so."""

FOUND = SHARES | JUDGED | PICTURES
"""Findings that a signal tells of each document."""

COPIES = ("exact_copies", "near_copies")
OUTLIERS = "outliers"
SURVEYED = (*COPIES, OUTLIERS)
"""What is found beside other documents, by steps of its own."""

FINDINGS = {"text": (*SURVEYED, *SHARES, *JUDGED), "image": (*COPIES, *JUDGED, *PICTURES)}
"""Every finding that `clean --drop` leaves out by its name, of each view, beside rule sets and files of rules."""
