"""Published rule sets as data: one YAML file for each version of a rule set that somebody's code or paper defines.

>>> rule_sets()
['c4@tfds', 'fineweb@datatrove', 'fineweb@paper', 'gopher@datatrove', 'gopher@dolma']
"""

from dataqual.rules.rule_set import Rule, RuleSet, load, rule_sets, summary

__all__ = ["Rule", "RuleSet", "load", "rule_sets", "summary"]
