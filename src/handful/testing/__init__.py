"""Contract suites for anybody's own families, scenarios and analyses: subclass one, give it a fixture, and run pytest."""
