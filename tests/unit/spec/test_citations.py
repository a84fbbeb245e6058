"""The papers that reports cite: every address is one, also of identifiers from times when they held any sign."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from handful.analyses.papers import PAPERS as OF_ANALYSES
from handful.spec.bibliography import PAPERS as OF_DESIGNS

PAPERS = (*OF_DESIGNS, *OF_ANALYSES)
BY_KEY = {paper.key: paper for paper in PAPERS}


def test_every_identifier_is_reached_by_an_address_without_signs_that_addresses_may_not_hold():
    for paper in PAPERS:
        if not paper.doi:
            assert paper.url == ""
            continue
        assert paper.doi.startswith("10."), paper.key
        assert not set(paper.url) & set('<>" {}|\\^`'), paper.key
        assert unquote(urlsplit(paper.url).path) == f"/{paper.doi}", paper.key


def test_old_identifiers_with_angle_brackets_are_encoded():
    assert BY_KEY["bauer1999"].url == (
        "https://doi.org/10.1002/(SICI)1097-0258(19990730)18:14%3C1833::AID-SIM221%3E3.0.CO;2-3"
    )
