"""Addresses and headers, written by hand from the providers' documents (protocol §1.1)."""

import pytest

from rt_notebook import ConfigError, Secret
from rt_notebook.client.access import Access
from rt_notebook.client.backends import resolve_backend

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

    def test_another_hosts_key_may_be_in_a_variable(self, monkeypatch):
        monkeypatch.setenv("OPENAI_BASE_URL", "https://other.example/v1")
        monkeypatch.setenv("OTHER", "own-key-of-the-other")
        backend = resolve_backend("openai", access=Access(api_key_env="OTHER"))
        assert backend.headers() == {"Authorization": "Bearer own-key-of-the-other"}

    def test_a_token_is_refused(self):
        with pytest.raises(ConfigError, match=r"token is for Azure, and api\.openai\.com is not"):
            resolve_backend("openai", access=Access(token=Secret("entra-token-text")))

    def test_a_token_is_not_dropped_when_no_key_is_set(self, monkeypatch):
        monkeypatch.delenv("OPENAI_API_KEY")
        with pytest.raises(ConfigError, match="token is for Azure"):
            resolve_backend(None, access=Access(token=Secret("entra-token-text")))

    @pytest.mark.parametrize("scheme", ["https", "http"])
    def test_a_password_in_the_base_url_is_refused_and_not_shown(self, monkeypatch, scheme):
        monkeypatch.setenv("OPENAI_BASE_URL", f"{scheme}://user:sekretpw@proxy.example/v1")
        with pytest.raises(ConfigError, match="OPENAI_BASE_URL holds a password") as refusal:
            resolve_backend("openai", access=Access(api_key=Secret("own-key-of-the-proxy")))
        assert "sekretpw" not in str(refusal.value)

    @pytest.mark.parametrize(
        "base", ["https://user:sekret/pw@proxy.example", "ftp://user:sekret@h", "user:sekret@h/v1"]
    )
    def test_a_base_url_that_cannot_be_is_not_quoted(self, monkeypatch, base):
        monkeypatch.setenv("OPENAI_BASE_URL", base)
        with pytest.raises(ConfigError, match="OPENAI_BASE_URL") as refusal:
            resolve_backend("openai")
        assert "sekret" not in str(refusal.value)

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

    @pytest.mark.parametrize("endpoint", ["https://[bad", "https://mine.openai.azure.com:abc"])
    def test_a_malformed_endpoint_is_named(self, monkeypatch, endpoint):
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", endpoint)
        with pytest.raises(ConfigError, match="AZURE_OPENAI_ENDPOINT is malformed"):
            resolve_backend("azure", "d")


VOICE_LIVE = "wss://r.openai.azure.com/openai/v1/realtime?model=d"


class TestAddressOfAzure:
    """Azure's hosts are let in by their own headers, also when they are named by address."""

    def test_takes_a_token(self):
        backend = resolve_backend(VOICE_LIVE, access=Access(token=Secret("entra-token-text")))
        assert backend.headers() == {"Authorization": "Bearer entra-token-text"}

    def test_takes_a_key_in_the_header_of_azure(self):
        backend = resolve_backend(VOICE_LIVE, access=Access(api_key=Secret("az-key")))
        assert backend.headers() == {"api-key": "az-key"}

    def test_takes_the_key_of_the_environment(self, monkeypatch):
        monkeypatch.setenv("AZURE_OPENAI_API_KEY", "az-key")
        assert resolve_backend(VOICE_LIVE).headers() == {"api-key": "az-key"}


@pytest.mark.usefixtures("_openai_key")
class TestOpenAIsKey:
    """It goes to OpenAI's host, and elsewhere only where that is allowed by name."""

    def test_goes_to_openais_host_by_address_too(self):
        backend = resolve_backend("wss://api.openai.com/v1/realtime", "m")
        assert backend.headers() == {"Authorization": f"Bearer {KEY}"}

    def test_names_who_is_billed_there(self, monkeypatch):
        monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-env")
        headers = resolve_backend("wss://api.openai.com/v1/realtime").headers()
        assert headers["OpenAI-Project"] == "proj-env"
        assert resolve_backend("wss://other.example/v1").headers() == {}

    @pytest.mark.parametrize("allowed", ["other.example", "Other.Example"])
    def test_goes_to_an_allowed_host_by_address(self, allowed):
        backend = resolve_backend("wss://other.example/v1", access=Access(allow_host=allowed))
        assert backend.headers() == {"Authorization": f"Bearer {KEY}"}

    @pytest.mark.parametrize(
        "access",
        [
            Access(api_key_env="OPENAI_API_KEY"),
            Access(api_key=Secret(KEY)),
            Access(api_key_env="OPENAI_API_KEY", allow_host="else.example"),
        ],
    )
    @pytest.mark.parametrize("host", ["other.example", "api.openai.com.evil.example"])
    @pytest.mark.threat("T13")
    def test_goes_to_no_other_host_however_it_is_given(self, host, access):
        with pytest.raises(ConfigError, match=f"not for {host}; give that host's own key"):
            resolve_backend(f"wss://{host}/v1/realtime", access=access)

    def test_does_not_go_to_azure(self, monkeypatch):
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://mine.openai.azure.com/")
        for access in (Access(api_key_env="OPENAI_API_KEY"), Access(token=Secret(KEY))):
            with pytest.raises(ConfigError, match=r"not for mine\.openai\.azure\.com"):
                resolve_backend("azure", "d", access)


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

    def test_a_token_is_refused_where_nobody_takes_one(self):
        with pytest.raises(ConfigError, match=r"token is for Azure, and other\.example is not"):
            resolve_backend("wss://other.example/v1", access=Access(token=Secret("entra-token")))

    @pytest.mark.parametrize(
        "address",
        [
            "wss://h:99999/v1",
            "wss://h:abc/v1",
            "wss://[bad/v1",
            "wss://h..x/",
            f"wss://{'h' * 64}/",
        ],
    )
    def test_a_malformed_address_is_refused_in_a_sentence(self, address):
        with pytest.raises(ConfigError, match="the address is malformed"):
            resolve_backend(address)

    @pytest.mark.parametrize("address", ["wss://u:sekret@h/v1", "wss://u:sekret@/v1"])
    def test_a_password_is_refused_and_not_shown(self, address):
        with pytest.raises(ConfigError, match="holds a password") as refusal:
            resolve_backend(address)
        assert "sekret" not in str(refusal.value)

    def test_an_address_without_a_host_is_refused(self):
        with pytest.raises(ConfigError, match="names no host"):
            resolve_backend("wss:///v1")


class TestWhatHeadersCarry:
    """Only what every library sends alike: printable ASCII."""

    @pytest.mark.parametrize(
        ("access", "what"),
        [
            (Access(api_key=Secret("sekret-é")), "the key or token"),
            (Access(headers={"X-Team": Secret("sekret-é")}), "the header X-Team"),
            (Access(headers={"X-Team": Secret("sekret\r\nX-More: 1")}), "the header X-Team"),
        ],
    )
    def test_other_characters_are_refused_and_not_shown(self, access, what):
        with pytest.raises(ConfigError, match=f"{what} holds more than printable ASCII") as refusal:
            resolve_backend("wss://example.com/v1", access=access)
        assert "sekret" not in str(refusal.value)

    @pytest.mark.parametrize("name", ["X-é", "X Team", "X:", ""])
    def test_a_name_that_is_none_is_refused(self, name):
        with pytest.raises(ConfigError, match="is no name of a header"):
            resolve_backend("wss://example.com/v1", access=Access(headers={name: Secret("a")}))
