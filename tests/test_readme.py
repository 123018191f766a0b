"""The README's promises: its snippets run, its Space configuration is valid, the files it names exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
SNIPPETS = [code for code in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "saved_model.load" in code]


@pytest.mark.parametrize("code", SNIPPETS, ids=["flattened image", "batches", "signature"])
def test_a_snippet_prints_what_its_comment_says(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (expected,) = re.findall(r"print\(.*\)  # (.*)", code)
    assert done.stdout.strip() == expected


def test_the_space_configuration_is_valid() -> None:
    configuration = yaml.safe_load(README.split("---")[1])
    assert configuration["sdk"] == "gradio"
    (pinned,) = re.findall(r"^gradio(?:\[\w+\])?==(.+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert configuration["sdk_version"] == pinned
    assert (ROOT / configuration["app_file"]).is_file()
    assert len(configuration["short_description"]) <= 60
    colours = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert {configuration["colorFrom"], configuration["colorTo"]} <= colours


def test_links_and_pictures_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^):]+)\)", README):
        assert (ROOT / target).exists(), target
