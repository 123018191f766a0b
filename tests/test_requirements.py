"""The Makefile installs a newer Pillow than gradio's metadata allow; a Space, from requirements.txt alone, does not."""

import os
import subprocess
import sys
from importlib.metadata import version

import pytest


@pytest.mark.skipif("EXPECTED_PILLOW" not in os.environ, reason="set by the Makefile, whose environments this is about")
def test_pillow_is_the_one_the_makefile_installed() -> None:
    assert version("pillow") == os.environ["EXPECTED_PILLOW"]


def test_what_serves_needs_no_opencv() -> None:
    names = "page", "document.pictures", "server", "batch.pipeline", "__main__"
    modules = ", ".join(f"mnist_demo.{name}" for name in names)
    code = f"import sys; sys.modules['cv2'] = None; import {modules}"
    subprocess.run([sys.executable, "-c", code], check=True)
