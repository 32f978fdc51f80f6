"""Marian, NLLB and M2M models from folders that transformers saved. Needs torch and transformers; nothing is downloaded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from dataqual.embeddings.model import digest_of
from dataqual.errors import InputError, MissingExtra, SpecError
from dataqual.translation.translator import Said, Translator

TOKENS_AT_ONCE = 4096
"""Tokens that go through the model together, padding counted: what long and short batches take of memory is alike."""
LONGEST = 512
"""Tokens of a piece where neither the model nor its tokenizer says how many it reads."""
ROOM = 2
"""How many times as many tokens a translation may have as its source, and 20 more; what runs on beyond has lost its way."""


@dataclass(frozen=True)
class Seq2Seq(Translator):
    """One direction. NLLB and M2M are told `source` and `target`, in their own codes; a Marian of several targets, `target`.

    Sentence by sentence, those of like length together; a sentence that is too long for the model is cut where it breaks
    nearest to its middle. A piece whose translation does not come to an end is given up, and its document with it.
    """

    sentences: ClassVar[bool] = True

    model: str
    source: str | None = None
    target: str | None = None
    beams: int = 4

    def __post_init__(self) -> None:
        if not Path(self.model).is_dir():
            raise SpecError(
                f"model: {self.model}: there is no such folder; give one on this disk, nothing is downloaded"
            )
        if self.beams < 1:
            raise SpecError(f"beams is {self.beams}; it is at least 1")

    @property
    def rests_on(self) -> object:
        """The weights."""
        return digest_of(Path(self.model))

    def translate(self, texts: Sequence[str]) -> list[Said]:
        opened = _open(self.model, self.source, self.target)
        cut = [_fitting(text, opened) for text in texts]
        ids = [opened.encode(part) for parts in cut for part, _ in parts]
        found = iter(self._generate(ids, opened))
        done: list[Said] = []
        for parts in cut:
            said = [(next(found), glue) for _, glue in parts]
            whole = "".join(f"{glue}{text}" for text, glue in said)
            done.append(whole if all(text is not None for text, _ in said) else self._endless)
        return done

    @property
    def _endless(self) -> InputError:
        return InputError(f"{self.model}: a translation ran on to {ROOM} times the tokens of its source without an end")

    def _generate(self, ids: Sequence[list[int]], opened: _Opened) -> list[str | None]:
        """The translation of each piece, the longest first, as many at once as fit."""
        out: list[str | None] = [None] * len(ids)
        order = sorted(range(len(ids)), key=lambda at: (-len(ids[at]), at))
        while order:
            size = max(1, TOKENS_AT_ONCE // max(1, len(ids[order[0]]) * self.beams))
            rows, order = order[:size], order[size:]
            for at, text in zip(rows, opened.generate([ids[at] for at in rows], self.beams), strict=True):
                out[at] = text
        return out


@dataclass(frozen=True, eq=False)
class _Opened:
    """A model and its tokenizer."""

    tokenizer: Any
    network: Any
    torch: Any
    device: str
    limit: int
    prefix: str
    forced: int | None

    def encode(self, text: str) -> list[int]:
        """Token ids with the marks that the model was trained with."""
        ids: list[int] = self.tokenizer(self.prefix + text, verbose=False)["input_ids"]
        return ids

    def generate(self, ids: Sequence[list[int]], beams: int) -> list[str | None]:
        """Of pieces of like length; None where the translation does not end."""
        torch, longest = self.torch, max(map(len, ids))
        pad = self.network.config.pad_token_id
        padded = torch.tensor([[*row, *[pad] * (longest - len(row))] for row in ids], device=self.device)
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in ids], device=self.device)
        forced = {} if self.forced is None else {"forced_bos_token_id": self.forced}
        with torch.inference_mode():
            found = self.network.generate(
                input_ids=padded, attention_mask=mask, num_beams=beams, do_sample=False,
                max_new_tokens=min(ROOM * longest + 20, self.limit), **forced,
            ).tolist()  # fmt: skip
        end = self.network.config.eos_token_id
        return [
            self.tokenizer.decode(row, skip_special_tokens=True).strip() if end in row[1:] else None for row in found
        ]


_BREAK = re.compile(r"\s+|(?<=[，；、：。！？,;:])")


def _fitting(text: str, opened: _Opened) -> list[tuple[str, str]]:
    """The text in parts that the model can read, each with what stands before it; one part as a rule."""
    if len(opened.encode(text)) <= opened.limit or len(text) < 2:
        return [(text, "")]
    middle = len(text) // 2
    breaks = [match.span() for match in _BREAK.finditer(text) if match.start() > 0 and match.end() < len(text)]
    start, end = min(breaks, key=lambda span: abs(span[0] - middle), default=(middle, middle))
    first, second = _fitting(text[:start], opened), _fitting(text[end:], opened)
    return [*first, (second[0][0], text[start:end]), *second[1:]]


@lru_cache(maxsize=4)
def _open(folder: str, source: str | None, target: str | None) -> _Opened:
    try:
        import torch
        import transformers
        from transformers.utils import logging
    except ImportError as error:
        raise MissingExtra(error.name or "transformers", "translate") from None
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # it would draw over our own
    device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
        network = transformers.AutoModelForSeq2SeqLM.from_pretrained(
            folder, local_files_only=True, dtype=torch.bfloat16 if device == "cuda" else torch.float32
        )
    except ImportError:
        raise MissingExtra("sentencepiece", "translate", f"model: {folder}") from None
    except (OSError, ValueError, KeyError) as error:
        why = str(error).strip().splitlines()[0][:120]
        raise InputError(f"model: {folder}: cannot be opened ({why})") from None
    network.to(device).train(False)
    prefix, forced = _direction(folder, tokenizer, source, target)
    positions = getattr(network.config, "max_position_embeddings", None)
    known = [int(number) for number in (tokenizer.model_max_length, positions) if number and number < 1 << 20]
    return _Opened(tokenizer, network, torch, device, min(known, default=LONGEST), prefix, forced)


def _direction(folder: str, tokenizer: Any, source: str | None, target: str | None) -> tuple[str, int | None]:
    """How a model is told the languages: a word before the text, or the first token of the translation."""
    if target is None:
        return "", None
    if source is not None and hasattr(tokenizer, "src_lang"):
        tokenizer.src_lang = source
    if hasattr(tokenizer, "get_lang_id"):
        try:
            return "", int(tokenizer.get_lang_id(target))
        except KeyError:
            raise SpecError(f"model: {folder} knows no language {target!r}") from None
    known = tokenizer.get_vocab()
    if f">>{target}<<" in known:
        return f">>{target}<< ", None
    if target in known:
        return "", int(known[target])
    raise SpecError(f"model: {folder} knows no language {target!r}")
