"""Addresses and headers, written by hand from the providers' documents (protocol §1.1)."""

import pytest

from rt_notebook import ConfigError, Secret
from rt_notebook.client.backends import Access, resolve_backend

KEY = "sk-canary-0123456789abcdef"


@pytest.fixture
def _openai_key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


@pytest.fixture
def _azure(monkeypatch):
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://mine.openai.azure.com/")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", KEY)


@pytest.mark.usefixtures("_openai_key")
class TestOpenAI:
    def test_is_the_ga_address_with_a_bearer_key(self):
        backend = resolve_backend("openai", "gpt-realtime-2")
        assert backend.url == "wss://api.openai.com/v1/realtime?model=gpt-realtime-2"
        assert backend.headers() == {"Authorization": f"Bearer {KEY}"}
        assert "OpenAI (api.openai.com)" in backend.sound_goes_to

    def test_is_the_default_when_its_key_is_set(self):
        assert resolve_backend(None).name == "openai"

    def test_names_organization_and_project(self, monkeypatch):
        monkeypatch.setenv("OPENAI_ORG_ID", "org-env")
        headers = resolve_backend("openai", access=Access(project="proj-1")).headers()
        assert headers["OpenAI-Organization"] == "org-env"
        assert headers["OpenAI-Project"] == "proj-1"

    def test_its_key_goes_to_no_other_host(self, monkeypatch):
        monkeypatch.setenv("OPENAI_BASE_URL", "https://proxy.example/v1")
        with pytest.raises(ConfigError, match=r"proxy\.example"):
            resolve_backend("openai")
        assert resolve_backend("wss://example.com/v1/realtime").headers() == {}

    def test_another_host_may_be_allowed_or_have_its_own_key(self, monkeypatch):
        monkeypatch.setenv("OPENAI_BASE_URL", "https://proxy.example/v1")
        allowed = resolve_backend("openai", access=Access(allow_host="proxy.example"))
        assert allowed.url.startswith("wss://proxy.example/v1/realtime?")
        own = resolve_backend("openai", access=Access(api_key=Secret("own-key-of-the-proxy")))
        assert own.headers() == {"Authorization": "Bearer own-key-of-the-proxy"}

    @pytest.mark.parametrize("base", ["http://proxy.example/v1", "ftp://api.openai.com/v1"])
    def test_an_unencrypted_base_url_is_refused(self, monkeypatch, base):
        monkeypatch.setenv("OPENAI_BASE_URL", base)
        with pytest.raises(ConfigError, match="https"):
            resolve_backend("openai")

    def test_the_key_is_in_no_repr(self):
        assert KEY not in repr(resolve_backend("openai"))


@pytest.mark.usefixtures("_azure")
class TestAzure:
    def test_is_the_ga_address_of_the_resource_with_an_api_key(self):
        backend = resolve_backend("azure", "my-deployment")
        assert backend.url == ("wss://mine.openai.azure.com/openai/v1/realtime?model=my-deployment")
        assert backend.headers() == {"api-key": KEY}

    def test_takes_an_entra_token_instead(self):
        backend = resolve_backend("azure", "d", Access(token=Secret("entra-token-text")))
        assert backend.headers() == {"Authorization": "Bearer entra-token-text"}

    def test_needs_a_deployment(self):
        with pytest.raises(ConfigError, match="deployment"):
            resolve_backend("azure")

    @pytest.mark.parametrize("endpoint", ["", "https://evil.example/", "https://azure.com.evil/"])
    def test_its_key_goes_to_azure_alone(self, monkeypatch, endpoint):
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", endpoint)
        with pytest.raises(ConfigError, match="AZURE_OPENAI_ENDPOINT"):
            resolve_backend("azure", "d")


class TestUrl:
    def test_gets_the_key_of_its_own_variable_and_further_headers(self, monkeypatch):
        monkeypatch.setenv("MY_SERVER", "key-of-my-server")
        access = Access(api_key_env="MY_SERVER", headers={"X-Team": Secret("blue-team")})
        backend = resolve_backend("wss://example.com/v1/realtime?x=1", "m", access)
        assert backend.url == "wss://example.com/v1/realtime?x=1&model=m"
        assert backend.headers() == {
            "Authorization": "Bearer key-of-my-server",
            "X-Team": "blue-team",
        }

    def test_a_variable_that_is_not_set_is_named(self):
        with pytest.raises(ConfigError, match="NOT_THERE is not set"):
            resolve_backend("wss://example.com/", access=Access(api_key_env="NOT_THERE"))

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
    def test_loopback_needs_no_encryption(self, host):
        assert resolve_backend(f"ws://{host}:8765/v1/realtime").label == f"{host}:8765"
