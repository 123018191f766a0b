"""Where the model and its card lie: beside the package in a checkout, inside it where a wheel was installed."""

from pathlib import Path

PACKAGE = Path(__file__).parent
INSTALLED = (PACKAGE / "models").is_dir()
MODELS = (PACKAGE if INSTALLED else PACKAGE.parent) / "models"
