"""A causal language model from a folder that transformers saved, as a `Writer`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dataqual import networks
from dataqual.errors import InputError
from dataqual.generating.prompts import first_paragraph


@dataclass(frozen=True)
class Causal:
    """Samples at a temperature, from the likeliest tokens that hold `top_p` of the chance (Holtzman et al. 2020).

    Prompt by prompt, so that an answer depends on nothing beside it. A model with a chat template is asked by it; of any other,
    which continues what it reads, the first paragraph counts. What does not come to an end is no answer, and a prompt that
    leaves no room in the model's window gets none.
    """

    model: str
    temperature: float = 0.8
    top_p: float = 0.95

    @property
    def rests_on(self) -> object:
        """The weights."""
        return networks.open_causal(self.model).digest

    def write(
        self, prompts: Sequence[str], seeds: Sequence[int], how_many: Sequence[int], room: Sequence[int]
    ) -> list[list[str | InputError]]:
        """Each prompt's answers, from its own seed."""
        opened = networks.open_causal(self.model)
        wanted = zip(prompts, seeds, how_many, room, strict=True)
        return [self._answers(opened, prompt, seed, count, most) for prompt, seed, count, most in wanted]

    def _answers(
        self, opened: networks.Network, prompt: str, seed: int, count: int, most: int
    ) -> list[str | InputError]:
        tokenizer = opened.tokenizer
        chat = bool(getattr(tokenizer, "chat_template", None))
        if chat:
            asked = [{"role": "user", "content": prompt}]
            prompt = tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
        ids = tokenizer.encode(prompt, add_special_tokens=not chat, verbose=False)
        most = min(most, opened.window - len(ids))
        if count < 1 or not ids:
            return []
        if most < 1:
            return [
                InputError(
                    f"{self.model}: a prompt of {len(ids):,} tokens leaves no room in a window of {opened.window:,}"
                )
            ]
        found = networks.continuations(
            opened, ids, count=count, most=most, temperature=self.temperature, top_p=self.top_p, seed=seed
        )
        if chat:
            return [text for text, ended in found if ended]
        return [first_paragraph(text) for text, ended in found if ended or first_paragraph(text) != text.strip()]
