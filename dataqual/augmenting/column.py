"""`augment_column`: a column of texts, each as a child of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dataqual.augmenting.running import step_of
from dataqual.engine import Local
from dataqual.errors import SpecError
from dataqual.naming import snake_case
from dataqual.steps._augmenting import AugmentingTexts
from dataqual.steps._growing import Augmenting


def augment_column(
    column: Any,
    method: str | Augmenting = "synonyms",
    *,
    seed: int = 0,
    parameters: Mapping[str, Any] | None = None,
    workers: int | None = None,
) -> Any:
    """Each text of a column as a child of it that passes the gate, or as it is where there is none; a missing one stays so.

    A polars or pandas column gives one, anything else a list. Row by row as long as the column, unlike `augment`.

    >>> how = {"kinds": ["keyboard", "pinyin"], "rate": 0.3}
    >>> augment_column(["a rather good sentence", "很好的一本书"], "noise", parameters=how, seed=1)
    ['a rafhrr hood sdntenfe', '很耗德一笨书']
    """
    step = step_of(method, {"seed": seed} | dict(parameters or {}))
    if not isinstance(step, AugmentingTexts):
        raise SpecError(f"{snake_case(type(step).__name__)} is a step for pictures, and these are texts")
    return step.on(column, engine=Local(workers=workers))
