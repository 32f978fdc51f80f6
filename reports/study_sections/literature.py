"""What others found, beside this study: what repeated tokens keep of their worth, drawn over theirs, and published exchange rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

from reports import html, say
from reports.figures import INK, QUIET, SERIES, Places, drawn, plain
from reports.study_sections.drawing import PANEL, Array, Look, axes_of, looks, said, swatch
from reports.study_sections.facts import Facts

MUENNIGHOFF = 15.387756
"""R_D* of Muennighoff et al. 2023 (arXiv:2305.16264), fitted to their 182 runs."""
ALLOWED = (12.0, 200.0)
"""What the same runs allow it to be at nearly the same fit (docs/laws.md)."""
MOST = 32


@dataclass(frozen=True)
class Found:
    """One published result: what was compared, what came out, where it stands."""

    what: str
    found: str
    source: str
    how: str = ""
    """What was made of it."""


TEXT = (
    Found(
        "repeating text", "up to 4 epochs nearly as good as fresh text, of little use after 16", "Muennighoff et al. 2023, arXiv:2305.16264"
    ),
    Found(
        "a better filtered corpus", "6.6 times less compute than Llama 3 8B for nearly as much on MMLU, 64 against 66 % (DCLM-Baseline)", "Li et al. 2024, arXiv:2406.11794"
    ),
    Found(
        "two corpora on the same held-out text", "Comma takes 2.46 [2.19, 2.77] times the compute of Nemotron at 1e19 FLOPs, 6.3 [5.1, 10.7] times at 1e20",
        "Marin isoFLOP runs", "fitted by these laws",
    ),
    Found(
        "two corpora on several held-out texts", "RedPajama against RefinedWeb: which is better depends on the text they are tested on", "Gadre et al. 2024, arXiv:2403.08540"
    ),
    Found(
        "filtering at more compute", "what pays at little compute may cost at much", "Goyal et al. 2024, arXiv:2404.07177"
    ),
    Found(
        "parameters against data, at their best", "twice the parameters are worth 2.01 times the data", "Besiroglu et al. 2024, arXiv:2404.10102"
    ),
)  # fmt: skip
PICTURES = (
    Found("DiffAugment, 5,000 pictures of CIFAR-10", "worth 24,000 without it to StyleGAN2, 9,500 to BigGAN", "Zhao et al. 2020, arXiv:2006.10738", "inverted by a power law"),
    Found("more pictures, FFHQ at 256 pixels", "FID falls as the number of pictures to the power −0.68 (StyleGAN2)", "Karras et al. 2020, arXiv:2006.06676", "fitted by a power law"),
)  # fmt: skip


def literature(key: str, facts: Facts) -> dict[str, Any]:
    """What was published of studies like this one, and the figure of repeats where this one has a law of them."""
    pictures = (facts.get("task") or {}).get("kind") == "pictures"
    lines = [] if pictures else list(_repeats(facts))
    return {
        "rows": PICTURES if pictures else TEXT,
        "figure": _drawn(lines, key) if lines else None,
        "of": [(n, swatch(look)) for (n, *_), look in zip(lines, _looks(), strict=False)],
    }


def _repeats(facts: Facts) -> Sequence[tuple[str, float, tuple[float, float] | None]]:
    """Held-out sets with R_D* of their law and what the runs leave it open to be."""
    found = []
    for name, laws in (facts.get("laws") or {}).items():
        law = next((law for law in laws or [] if law.get("used")), None) or {}
        value = (law.get("parameters") or {}).get("R_D*")
        ends = (law.get("intervals") or {}).get("R_D*") or [None]
        if value:
            known = None not in ends
            found.append((str(name), float(value), (float(ends[0]), float(ends[1])) if known else None))
    return found[: len(SERIES) - 2]


def _looks() -> list[Look]:
    """Of held-out sets: none that a grade of a usual study has elsewhere on the page."""
    return looks(len(SERIES))[2:]


def kept(epochs: Array, scale: float) -> Array:
    """What share of fresh tokens the tokens of so many epochs are worth: (1 + R* (1 - exp(-R / R*))) / (1 + R), R = epochs - 1.

    >>> kept(np.array([1.0, 4.0, 16.0]), 15.387756).round(2).tolist()
    [1.0, 0.93, 0.66]
    """
    again = epochs - 1
    share: Array = (1 + scale * (1 - np.exp(-again / scale))) / (1 + again)
    return share


def _drawn(lines: Sequence[tuple[str, float, tuple[float, float] | None]], key: str) -> Markup:
    epochs = np.geomspace(1, MOST, 40)

    def draw(figure: Figure) -> None:
        axes = axes_of(figure, PANEL, left=46)
        place = Places(np.array([1.0, float(MOST)]), log=True)
        axes.set_xlim(place.edges[0], place.edges[-1])
        axes.set_ylim(0, 1.04)
        axes.set_yticks([0, 0.5, 1], ["0", "½", "1"])
        axes.set_xticks([place(e) for e in (1, 2, 4, 8, 16, 32)], [f"{e}×" for e in (1, 2, 4, 8, 16, 32)])
        plain(axes)
        said(axes, "worth of a token", "epochs", PANEL)
        x = np.log10(epochs)
        axes.fill_between(x, kept(epochs, ALLOWED[0]), kept(epochs, ALLOWED[1]), color=QUIET, alpha=0.15, linewidth=0)
        axes.plot(x, kept(epochs, MUENNIGHOFF), color=INK, linewidth=1.4, linestyle=(0, (5, 2)))
        for (_, value, ends), look in zip(lines, _looks(), strict=False):
            if ends:
                low, high = (kept(epochs, end) for end in ends)
                axes.fill_between(x, low, high, color=look.colour, alpha=0.12, linewidth=0)
            axes.plot(
                x, kept(epochs, value), color=look.colour, linestyle=look.dash, linewidth=1.8,
                marker=look.marker, markevery=8, markersize=5, markeredgewidth=0,
            )  # fmt: skip

    alt = "What a token keeps of its worth by epochs. " + " ".join(
        f"On {html.cut(name, 40)} {say.share(float(kept(np.array([8.0]), value)[0]))} at 8 epochs."
        for name, value, _ in lines
    )
    return drawn(draw, key, alt, PANEL)
