"""Where others can open the page, by where the browser has it from and where the server listens."""

import pytest

from mnist_demo.page.masthead.sharing import is_local, network_address, shared_address

NETWORK = "192.168.1.20:7860"
SHARED = {
    "by this computer": ("http://127.0.0.1:7860/", None, None),
    "by this computer, with the network let in": ("http://127.0.0.1:7860/", NETWORK, f"http://{NETWORK}/"),
    "by its name, below a path": ("http://localhost:7860/digits/", NETWORK, f"http://{NETWORK}/digits/"),
    "through a tunnel from another port": ("http://localhost:9000/", NETWORK, None),
    "from the network": ("http://192.168.1.20:7860/", NETWORK, "http://192.168.1.20:7860/"),
    "from the web": ("https://digits.example/", None, "https://digits.example/"),
    "from nowhere": ("about:blank", NETWORK, None),
}


@pytest.mark.parametrize("case", SHARED)
def test_others_can_open_what_is_shared(case: str) -> None:
    address, network, shared = SHARED[case]
    assert shared_address(address, network) == shared


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("http://192.168.1.20:7860/", True),
        ("http://10.0.0.3/", True),
        ("http://[fd00::2]:7860/", True),
        ("http://laptop:7860/", True),
        ("http://laptop.local:7860/", True),
        ("https://abc.gradio.live/", False),
        ("http://8.8.8.8/", False),
    ],
)
def test_addresses_of_a_local_network_are_known(address: str, local: bool) -> None:
    assert is_local(address) == local


def test_a_server_that_listens_here_alone_has_no_address_in_the_network() -> None:
    assert network_address("127.0.0.1", 7860) is None


def test_a_server_that_lets_the_network_in_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_demo.page.masthead.sharing.IN_CONTAINER", ())
    address = network_address("0.0.0.0", 7860)
    assert address is None or (address.endswith(":7860") and shared_address(f"http://{address}/"))
