"""The Makefile installs a newer Pillow than gradio's metadata allow; a Space, from requirements.txt alone, does not."""

import os
from importlib.metadata import version

import pytest


@pytest.mark.skipif("EXPECTED_PILLOW" not in os.environ, reason="set by the Makefile, whose environments this is about")
def test_pillow_is_the_one_the_makefile_installed() -> None:
    assert version("pillow") == os.environ["EXPECTED_PILLOW"]
