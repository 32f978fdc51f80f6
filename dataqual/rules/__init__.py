"""Published rule sets as data: one YAML file for each version of a rule set that somebody's code or paper defines.

>>> [name for name in rule_sets() if name.startswith("gopher")]
['gopher@datatrove', 'gopher@dclm', 'gopher@dolma', 'gopher@nemo']
"""

from dataqual.rules.rule_set import PROFILED, PROFILED_PICTURES, Rule, RuleSet, content_of, load, rule_sets, summary

__all__ = ["PROFILED", "PROFILED_PICTURES", "Rule", "RuleSet", "content_of", "load", "rule_sets", "summary"]
