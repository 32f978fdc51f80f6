"""nlpaug's `BackTranslationAug`, with models from folders on disk. Needs the extra `augment`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from dataqual.errors import InputError, MissingExtra, SpecError
from dataqual.translation.translator import Said, pieces


@dataclass(frozen=True)
class NlpaugBackTranslation:
    """Documents there and back, cut at sentences, since nlpaug hands a model more than it can read.

    `parameters` are those of the class; `from_model_name` and `to_model_name` must be folders, for nlpaug would download
    anything else.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("from_model_name", "to_model_name"):
            folder = self.parameters.get(name)
            if not isinstance(folder, str) or not Path(folder).is_dir():
                raise SpecError(
                    f"nlpaug: {name} must be a folder on this disk, nothing is downloaded; it is {folder!r}"
                )

    def __call__(self, texts: Sequence[str]) -> list[Said]:
        """Each document as nlpaug gives it back, or an error where it gives nothing."""
        augmenter = _open(tuple(sorted(self.parameters.items())))
        return [self._document(text, augmenter) for text in texts]

    def _document(self, text: str, augmenter: Any) -> Said:
        out = []
        for piece, spoken in pieces(text, by_sentence=True):
            found = augmenter.augment(piece) if spoken else [piece]
            if not found or not isinstance(found[0], str) or not found[0]:
                return InputError("nlpaug: gave no text back")
            out.append(found[0])
        return "".join(out)


@lru_cache(maxsize=2)
def _open(parameters: tuple[tuple[str, Any], ...]) -> Any:
    try:
        from nlpaug.augmenter.word import BackTranslationAug
        from transformers.utils import logging
    except ImportError as error:
        raise MissingExtra(error.name or "nlpaug", "augment") from None
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # it would draw over our own
    given = {"device": "cpu", "max_length": 400} | dict(parameters)
    return BackTranslationAug(**given)
