"""What is wrong with a corpus, worst first: each finding with its number, an example and what mends it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dataqual.finding import SEVERITIES, Finding, percent
from dataqual.profiling.mending import clean_command
from dataqual.reading import wilson
from dataqual.views import view_in

UNREADABLE = 0.01
"""The share of unreadable records that every command allows unless told."""


MISFIT = 0.5
"""A rule set that rejects more than this share was made for other documents: that is no fault of the corpus, and no
command to throw most of it away is proposed."""

FOREIGN = 0.05
"""Share of documents in other scripts from which it is said that a rule set made for one language judges them too."""

SCRIPT_OF = {"en": ("English", "Latin"), "zh": ("Chinese", "Han")}
"""By what a rule set says of its language: that language's name, and the script it is written in."""


@dataclass(frozen=True)
class Kind:
    """A share of documents that becomes a finding, and when it is serious."""

    what: str
    """Follows the share in the headline: "… of the documents are exact copies"."""
    why: str
    say: str
    where: str
    warning: float
    """From this share on it is a warning; below, a note; at 0 there is no finding."""
    error: float
    recipe: str | None = None
    """The recipe that mends it; None where these documents are to be left out."""


KINDS: dict[str, Kind] = {
    "exact_copies": Kind(
        "are exact copies of an earlier one",
        "Copies are trained on as often as they occur: they cost compute, are memorised, and leak from training into test sets.",
        "keep the first of each",
        "exact_copies",
        0.005,
        0.05,
    ),
    "near_copies": Kind(
        "are near copies of an earlier one",
        "Near copies waste compute like exact ones, and no exact comparison finds them.",
        "keep the first of each",
        "near_copies",
        0.01,
        0.10,
    ),
    "mojibake": Kind(
        "look mis-decoded (mojibake)",
        "Text that was read in the wrong encoding teaches a model byte salad, and it writes it back.",
        "leave these documents out, or read the source again in its own encoding",
        "signals",
        0.001,
        0.02,
    ),
    "replacement_characters": Kind(
        "hold replacement characters (U+FFFD)",
        "A decoder gave up there; what stood behind it is lost and must be read again from the source.",
        "leave these documents out, or read the source again in its own encoding",
        "signals",
        0.002,
        0.02,
    ),
    "html_residue": Kind(
        "still hold HTML (three or more tags or entities)",
        "Markup that the extractor left is learnt as language.",
        "leave these documents out, or extract the text again",
        "signals",
        0.01,
        0.10,
    ),
    "control_characters": Kind(
        "hold control characters",
        "NUL, escape and their like carry no meaning; those from U+0080 on are what mis-decoding leaves.",
        "leave these documents out, or read the source again in its own encoding",
        "signals",
        0.002,
        0.05,
    ),
    "email_addresses": Kind(
        "hold e-mail addresses",
        "Personal data in a training corpus can be recited by the model, and often must not be there by law.",
        "put placeholders in their place",
        "addresses",
        0.001,
        0.05,
        recipe="redact",
    ),
    "personal_data": Kind(
        "hold telephone, ID, card or account numbers, public IP addresses or secrets",
        "A model recites them as it does e-mail addresses; a key that works is a door left open.",
        "put placeholders in their place",
        "addresses",
        0.001,
        0.05,
        recipe="redact",
    ),
    "blank_pictures": Kind(
        "are blank: 99 of 100 pixels are of one colour",
        "A picture of which nothing is seen teaches a model to draw nothing; it is often what a site sends for one that is gone.",
        "leave them out",
        "worst",
        0.001,
        0.05,
    ),
    "mislabelled_pictures": Kind(
        "are of another format than their names say",
        "Most programs look at the bytes, but those that trust the name will fail on them.",
        "leave them out, or rename them",
        "signals",
        0.01,
        0.5,
    ),
    "animations": Kind(
        "hold several pictures, of which the first is looked at",
        "A loader that takes the first frame loses the others, and one that takes all of them changes the shape of a batch.",
        "leave them out, or save the frames as pictures of their own",
        "signals",
        0.01,
        0.5,
    ),
    "strongly_compressed": Kind(
        "are JPEGs of a quality below 30",
        "The blocks and fringes of strong compression are learnt as if they were part of what is shown.",
        "leave them out, or get them again from their source",
        "worst",
        0.01,
        0.2,
    ),
    "empty": Kind(
        "have no word in them",
        "Empty documents teach nothing and distort every average.",
        "leave them out",
        "signals",
        0.005,
        0.05,
    ),
    "long_words": Kind(
        "hold a word of more than 200 characters",
        "Such words are encoded data or glued text: costly tokens without language.",
        "leave these documents out",
        "signals",
        0.01,
        0.10,
    ),
}


def find(facts: dict[str, Any], more: Iterable[Finding] = ()) -> list[Finding]:
    """The findings of a profile's other facts and `more`, worst first: by severity, faults before verdicts of rules, by share."""
    faults = [(0, finding) for finding in (*_shares(facts), *_unreadable(facts), *_ids(facts), *more)]
    verdicts = [(1, finding) for finding in (*_rule_sets(facts), *_disputes(facts))]

    def badness(ranked: tuple[int, Finding]) -> tuple[int, int, float, str]:
        rank, finding = ranked
        return SEVERITIES.index(finding.severity), rank, -(finding.reading["value"] or 0), finding.name

    return [finding for _, finding in sorted([*faults, *verdicts], key=badness)]


def _shares(facts: dict[str, Any]) -> Iterator[Finding]:
    for name, kind in KINDS.items():
        reading = facts["readings"].get(name)
        if reading is None or not reading["value"]:
            continue
        share = reading["value"]
        severity = "error" if share >= kind.error else "warning" if share >= kind.warning else "note"
        yield Finding(
            name,
            severity,
            f"{percent(share)} of the {_documents(facts, reading)} {kind.what}{_more(reading)}",
            reading,
            kind.why,
            _example_of(facts, name),
            kind.say,
            clean_command(facts, name, kind.recipe),
            kind.where,
        )


def _documents(facts: dict[str, Any], reading: dict[str, Any]) -> str:
    """What a share is one of: copies are counted among the documents of a sample alone."""
    sampled = "sampled " if reading.get("detail", {}).get("in_sample_alone") else ""
    return f"{sampled}{noun(facts)}"


def noun(facts: dict[str, Any]) -> str:
    """What the corpus is made of: documents or pictures."""
    return view_in(facts["corpus"]).says("documents")


def _more(reading: dict[str, Any]) -> str:
    """A copy is seen in a sample only if its original is there too."""
    return "; the whole corpus has more" if reading.get("detail", {}).get("in_sample_alone") else ""


def _example_of(facts: dict[str, Any], name: str) -> dict[str, Any] | None:
    if name in ("exact_copies", "near_copies"):
        largest = (facts.get(name) or {}).get("largest") or [{}]
        pair = largest[0]
        examples = pair.get("examples") or [pair.get("first")]
        kept: dict[str, Any] | None = examples[0]
        if kept is not None and facts["corpus"].get("view") == "image":
            return examples[1] | {"kept": kept}
        return kept
    examples = facts["shares"].get(name, {}).get("examples", [])
    return examples[0] if examples else None


def _unreadable(facts: dict[str, Any]) -> Iterator[Finding]:
    reading = facts["readings"]["unreadable"]
    if reading["value"]:
        kinds = facts["unreadable"]["kinds"]
        listing = "; ".join(f"{count:,} {kind}" for kind, count in list(kinds.items())[:3])
        yield Finding(
            "unreadable",
            "error" if reading["value"] >= 0.005 else "warning",
            f"{percent(reading['value'])} of the records could not be read ({listing})",
            reading,
            "Each cost only itself; they are kept aside, with file, line and reason, in unreadable.jsonl.",
            where="unreadable",
        )


def _ids(facts: dict[str, Any]) -> Iterator[Finding]:
    reading = facts["readings"].get("duplicate_ids")
    if reading and reading["value"]:
        yield Finding(
            "duplicate_ids",
            "warning",
            f"{percent(reading['value'])} of the {_documents(facts, reading)} bear an id that was used before{_more(reading)}",
            reading,
            "What is joined or dropped by id will hit the wrong document; addresses (file and record) are used here instead.",
        )


def _rule_sets(facts: dict[str, Any]) -> Iterator[Finding]:
    """What each rule set would drop; one that does not fit the corpus is a note without a command."""
    asked = facts["options"].get("rules") or []
    for position, rule_set in enumerate(facts["rules"]):
        given = asked[position] if len(asked) == len(facts["rules"]) else rule_set["name"]
        share = rule_set["fails"]["value"]
        if not share:
            continue
        worst = max(rule_set["rules"], key=lambda rule: rule["fails"]["value"] or 0)
        misfit = _misfit(facts, rule_set)
        fits = not misfit
        yield Finding(
            rule_set["name"],
            "warning" if fits and share >= 0.1 else "note",
            f"{rule_set['name']} would drop {percent(share)} of the {noun(facts)}, most for {worst['name']} (asks for {worst['bounds']})",
            rule_set["fails"],
            " ".join([rule_set["about"], *_made_for(facts, rule_set), *misfit]),
            worst["examples"][0] if worst["examples"] else None,
            "apply the rule set, if its rules are what you want" if fits else None,
            clean_command(facts, str(given)) if fits else None,
            f"rules-{rule_set['name']}",
        )


def _misfit(facts: dict[str, Any], rule_set: dict[str, Any]) -> list[str]:
    """Why a rule set says little about this corpus; nothing where it fits."""
    if _foreign(facts, rule_set) > MISFIT:
        return ["Its verdicts mean little here."]
    if rule_set["fails"]["value"] > MISFIT:
        return [
            f"It rejects most of this corpus, so it was made for other {noun(facts)}; look at its rules before applying it."
        ]
    return []


def _made_for(facts: dict[str, Any], rule_set: dict[str, Any]) -> list[str]:
    other = _foreign(facts, rule_set)
    if other < FOREIGN:
        return []
    made_for = SCRIPT_OF[rule_set["language"]][0]
    return [f"It was made for {made_for}; {percent(other)} of the documents are in another script."]


def _disputes(facts: dict[str, Any]) -> Iterator[Finding]:
    """Where two variants of one rule set decide differently."""
    for pair in facts["overlap"]:
        first, second = pair["rules"]
        n = pair["both"] + pair["first_only"] + pair["second_only"] + pair["neither"]
        differ = pair["first_only"] + pair["second_only"]
        if first.split("@")[0] != second.split("@")[0] or not differ:
            continue
        examples = pair["examples"]
        yield Finding(
            f"{first} or {second}",
            "note",
            f"{first} and {second} disagree about {percent(differ / n)} of the documents",
            _estimate(facts, differ, n),
            "Both are called by the same name in papers; say which one you mean.",
            examples[0] if examples else None,
            where="rules",
        )


def _estimate(facts: dict[str, Any], hits: int, n: int) -> dict[str, Any]:
    """A share of documents as a reading: with an interval where only a part of the corpus was looked at."""
    sample = facts["corpus"]["sample"]
    reading: dict[str, Any] = {"value": hits / n, "n": n, "of": "documents", "method": "exact"}
    if sample is None or sample["documents"] == sample["of"]:
        return reading
    return reading | {"method": "sample", "interval": list(wilson(hits, n) or ())}


def _foreign(facts: dict[str, Any], rule_set: dict[str, Any]) -> float:
    """The share of documents that are mostly in another script than the language a rule set was made for, of those that
    have letters; 0 for a set that was made for any."""
    _, script = SCRIPT_OF.get(rule_set["language"], (None, None))
    documents = {row["script"]: row["documents"] for row in facts["scripts"]}
    total = sum(documents.values())
    return 1 - documents.get(script, 0) / total if total and script else 0.0
