"""The page's colours by name, as palette.css has them: of the light theme and of the dark one."""

import re

from mnist_demo.document.files import asset

COLOUR = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")

LIGHT, DARK = (dict(COLOUR.findall(block)) for block in asset("document/palette.css").split("}")[:2])
