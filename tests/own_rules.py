"""A rules file of an operator, for tests: it hears a leaflet, which no packaged rule does."""

OWN = """
[[words]]
name = "leaflets"
phrases = ["leaflet"]

[[finding]]
id = "leaflet"
patterns = ["leaflets"]

[[rule]]
id = "own"
category = "own"
level = "urgent"
when = ["leaflet"]
reason = "r"
source = "s"
fires = ["a leaflet"]
quiet = ["a poster"]
"""
