"""A rules file of an operator, for tests: it adds a rule about a leaflet, which no shipped rule is about."""

OWN = """
extends = "back-pain"

[[concept]]
name = "leaflets"
phrases = "leaflet"

[[sign]]
id = "leaflet"
patterns = "leaflets"

[[rule]]
id = "own"
category = "own"
level = "urgent"
any_of = "leaflet"
reason = "r"
source = "s"
positive_examples = "a leaflet"
negative_examples = "a poster"
"""
