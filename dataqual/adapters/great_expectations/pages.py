"""Their pages of what we found: also of checks that they have no like of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import great_expectations as gx
from great_expectations.core.expectation_validation_result import (
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
)
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView

from dataqual.adapters.great_expectations.ends import ends_of
from dataqual.adapters.great_expectations.expectations import ExpectCorpusCheckToBeBetween
from dataqual.suites.verdicts import Check


def shown(check: Check, text: str = "text") -> Any:
    """An expectation that only tells of a check which has no like: for pages, not to be validated."""
    return ExpectCorpusCheckToBeBetween(column=text, check={"expected": check.expected}, **ends_of(check.bounds))


def page_of(name: str, results: Sequence[tuple[Any, bool, dict[str, Any]]], success: bool) -> str:
    """Their page of validation results: of expectations, whether each was met, and the result that they tell of."""
    found = [
        ExpectationValidationResult(
            success=met,
            expectation_config=expectation.configuration,
            result=result,
            exception_info={"raised_exception": False, "exception_message": None, "exception_traceback": None},
        )
        for expectation, met, result in results
    ]
    met = sum(one for _, one, _ in results)
    statistics = {
        "evaluated_expectations": len(results),
        "successful_expectations": met,
        "unsuccessful_expectations": len(results) - met,
        "success_percent": 100 * met / max(len(results), 1),
    }
    whole = ExpectationSuiteValidationResult(
        success=success,
        results=found,
        suite_name=name,
        suite_parameters={},
        statistics=statistics,
        meta={"great_expectations_version": gx.__version__, "run_id": None, "active_batch_definition": {}},
    )
    return str(DefaultJinjaPageView().render(ValidationResultsPageRenderer(run_info_at_end=True).render(whole)))
