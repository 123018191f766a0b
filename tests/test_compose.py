"""compose.yaml, Dockerfile and nginx.conf fit each other and the project; no container is run here."""

import re
import shutil
import subprocess
from pathlib import Path

import yaml

from mnist_demo.inference.served import MODEL_URL, base_url

ROOT = Path(__file__).parents[1]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
NGINX = (ROOT / "deploy" / "nginx.conf").read_text()


def test_the_pages_ask_the_model_that_is_served() -> None:
    name = SERVICES["model"]["environment"]["MODEL_NAME"]
    assert SERVICES["page"]["environment"] == {MODEL_URL: base_url(f"http://model:8501/v1/models/{name}")}
    assert SERVICES["model"]["volumes"] == [f"./models/mnist:/models/{name}:ro"]
    assert SERVICES["page"]["deploy"]["replicas"] == 2


def test_the_pages_believe_the_proxy() -> None:
    (network,) = COMPOSE["networks"]["default"]["ipam"]["config"]
    assert SERVICES["page"]["command"] == ["--proxy", network["subnet"]]


def test_the_proxy_finds_the_pages() -> None:
    (port,) = re.findall(r"^EXPOSE (\d+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert f"server page:{port};" in NGINX
    assert f"listen {SERVICES['proxy']['ports'][0].split(':')[-1]};" in NGINX


def test_what_is_mounted_and_copied_is_there() -> None:
    mounts = [volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])]
    copied = re.findall(r"^COPY (.*) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    for path in mounts + " ".join(copied).split():
        assert (ROOT / path).exists(), path


def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    folders = "".join(f"{kind}_temp_path {tmp_path};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    ours = f"http {{ access_log off; {folders}"  # for its own are there only where it is installed
    (tmp_path / "nginx.conf").write_text(NGINX.replace("server page:", "server 127.0.0.1:").replace("http {", ours))
    nginx = shutil.which("nginx") or ROOT / "build" / "nginx" / "usr" / "sbin" / "nginx"
    command = [nginx, "-t", "-e", "stderr", "-c", tmp_path / "nginx.conf", "-g", f"pid {tmp_path}/pid;"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
