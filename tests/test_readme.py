"""What README and docs promise: snippets run, the Space's configuration is valid, commands and files exist."""

import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
DOCS = {path: path.read_text() for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"))}
CONFIGURATION = yaml.safe_load(README.split("---")[1])
COLOUR = "red|yellow|green|blue|indigo|purple|pink|gray"
SPACE_KEYS = {  # those we use, as https://huggingface.co/docs/hub/spaces-config-reference has them
    "title": ".+",
    "emoji": r"[\u2190-\U0001faff]\ufe0f?",
    "colorFrom": COLOUR,
    "colorTo": COLOUR,
    "sdk": "gradio",
    "sdk_version": r"\d+\.\d+\.\d+",
    "python_version": r"3\.\d+(\.\d+)?",
    "app_file": r".+\.py",
    "short_description": ".{1,60}",
    "license": "mit",
}
SNIPPETS = [
    code
    for text in DOCS.values()
    for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    if "saved_model.load" in code
]


def test_the_snippets_print_what_their_comments_say_without_this_project() -> None:
    """In one process, for TensorFlow takes seconds to load; none sees what another has named."""
    code = "\n".join(f"exec({snippet!r}, {{}})" for snippet in SNIPPETS)
    code += "\nimport sys\nassert not any(name.startswith('mnist_demo') for name in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    expected = [re.findall(r"print\(.*\)  # (.*)", snippet) for snippet in SNIPPETS]
    assert [[line] for line in done.stdout.splitlines()] == expected
    assert len(expected) == 1


def test_the_space_configuration_has_documented_keys_and_values() -> None:
    for key, value in CONFIGURATION.items():
        assert key in SPACE_KEYS, f"Spaces know no key {key}"
        assert isinstance(value, str), f"{key} is no string, so quote it"
        assert re.fullmatch(SPACE_KEYS[key], value), f"{key} cannot be {value}"


def test_the_space_configuration_agrees_with_the_repository() -> None:
    (pinned,) = re.findall(r"^gradio(?:\[\w+\])?==(.+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert CONFIGURATION["sdk_version"] == pinned
    assert (ROOT / CONFIGURATION["app_file"]).is_file()
    assert (ROOT / "LICENSE").read_text().lower().startswith(CONFIGURATION["license"])


def test_every_make_command_exists() -> None:
    workflows = [path.read_text() for path in (ROOT / ".github" / "workflows").glob("*.yml")]
    texts = "\n".join([*DOCS.values(), *workflows])
    commands = set(re.findall(r"(?:^|`|run: )make ([\w-]+)(?![\w./-])", texts, re.MULTILINE))
    assert {"run", "test", "space-check", "deploy"} <= commands
    assert commands <= set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_links_and_pictures_lead_somewhere() -> None:
    for path, text in DOCS.items():
        for target in re.findall(r"\]\(([^):]+)\)", text):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_the_readme_is_short_and_its_picture_light() -> None:
    assert README.count("\n") <= 150
    assert (ROOT / "docs" / "page.webp").stat().st_size <= 200_000
