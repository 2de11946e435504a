"""Trials that take minutes run only when asked for: `pytest -m nightly`."""
from __future__ import annotations

import pytest


@pytest.fixture
def by_night(request) -> None:
    if "nightly" not in request.config.getoption("markexpr"):
        pytest.skip("long trials: run them with -m nightly")
