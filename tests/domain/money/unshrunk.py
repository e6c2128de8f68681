"""A plugin of pytest for `make mutants`, in place of conftest.py: no servers, cases before properties, and a property
that fails is not shrunk.
"""

import pytest
from hypothesis import Phase, settings


def pytest_configure() -> None:
    settings.register_profile("unshrunk", derandomize=True, deadline=None, phases=[Phase.explicit, Phase.generate])
    settings.load_profile("unshrunk")


def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    items.sort(key=lambda item: getattr(item.function, "is_hypothesis_test", False))
