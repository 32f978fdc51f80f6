"""How varied the corpus is: a sentence, the measures with their intervals, topics, frames and groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports import say

TITLE = "Diversity"

FIRST = ("vendi", "topic_spread", "templates", "homogenization")
"""What stands beside the sentence; the others are a table below it."""

ABOUT: Mapping[str, tuple[str, str]] = {
    "vendi": ("Vendi score", "wholly different documents that a hundred are worth"),
    "topic_spread": ("topic spread", "topics of equal size that the documents are worth"),
    "templates": ("templates", "documents that share a sentence frame with another of a hundred"),
    "homogenization": ("homogenization", "how alike two documents are (ROUGE-L); 0 where they share no word"),
    "self_bleu": ("self-BLEU", "how much of a document is in the others of a hundred"),
    "self_repetition": ("self-repetition", "how often others of a hundred repeat its runs of four words, logarithmic"),
    "compression_ratio": ("compression ratio", "how many times smaller gzip makes the text; prose about 2.5"),
    "vocabulary": ("vocabulary", "different words in a set"),
    "vocabulary_growth": ("vocabulary growth", "Heaps' exponent: 1 if every word is new, 0 if none is"),
    "distinct_1": ("distinct-1", "share of different words in a set"),
    "distinct_2": ("distinct-2", "share of different pairs of words in a set"),
    "distinct_3": ("distinct-3", "share of different runs of three words in a set"),
    "distinct_4": ("distinct-4", "share of different runs of four words in a set"),
    "ngram_diversity": ("n-gram diversity", "the sum of distinct-1 to distinct-4"),
    "word_entropy": ("word entropy", "bits per word in a set"),
    "yules_k": ("Yule's K", "how often two words drawn are the same; lower is more varied"),
    "mattr": ("MATTR", "share of different words among a hundred in a row"),
    "mtld": ("MTLD", "words in a row that stay varied"),
    "hd_d": ("HD-D", "share of different words among 42 drawn from a document"),
}
"""What a measure is called, and what its number is, in a few words."""

SHARES = (
    "templates",
    "homogenization",
    "self_bleu",
    "distinct_1",
    "distinct_2",
    "distinct_3",
    "distinct_4",
    "mattr",
    "hd_d",
)
BY = ("vendi", "homogenization", "distinct_2", "mattr")


def context(block: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """What the template shows."""
    readings = block.get("readings") or {}
    rows = {name: _row(name, readings[name]) for name in ABOUT if name in readings}
    topics = list(block.get("topics") or [])
    return {
        "sample": block.get("sample") or {},
        "worth": rows.get("vendi") if (readings.get("vendi") or {}).get("value") is not None else None,
        "first": [rows[name] for name in FIRST if name in rows],
        "rest": [row for name, row in rows.items() if name not in FIRST],
        "topics": topics,
        "widest": max((topic.get("share") or 0 for topic in topics), default=0),
        "frames": list(block.get("frames") or []),
        "by": [_table(table) for table in block.get("by") or []],
    }


def _row(name: str, reading: Mapping[str, Any]) -> dict[str, Any]:
    """A measure with its number and interval as they are printed."""
    title, about = ABOUT[name]
    interval = reading.get("interval")
    detail = reading.get("detail") or {}
    return {
        "name": name,
        "title": title,
        "about": about,
        "reading": reading,
        "value": _said(name, reading.get("value")),
        "interval": f"{_said(name, interval[0])} – {_said(name, interval[1])}" if interval else "",
        "exact": reading.get("method") == "exact",
        "among": detail.get("among"),
        "unit": detail.get("unit", ""),
    }


def _table(table: Mapping[str, Any]) -> dict[str, Any]:
    """The groups of a column, each with a few measures."""
    rows = [
        {**row, "cells": [_row(name, row["readings"][name]) for name in BY if name in row.get("readings", {})]}
        for row in table.get("rows") or []
    ]
    return {**table, "rows": rows, "titles": [cell["title"] for cell in rows[0]["cells"]] if rows else []}


def _said(name: str, value: float | None) -> str:
    return say.share(value) if name in SHARES else say.number(value)
