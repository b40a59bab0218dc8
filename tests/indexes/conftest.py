"""One empty catalogue for each test that asks for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexes.catalogue import Catalogue
from tests.indexes import making


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with making.new(tmp_path) as opened:
        yield opened
