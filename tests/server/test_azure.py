"""Azure's addresses: the same server at the paths, and with the headers, of Azure's clients."""

from __future__ import annotations

from typing import Any

import pytest
from websockets.asyncio.client import connect

import rt_notebook as rt

from .http import post
from .wire import KEY, Wire, run, status_of

GA = "/openai/v1/realtime"
PREVIEW = "/openai/realtime"
HEADERS = {"api-key": KEY}


def azure(url: str, path: str, query: str = "") -> str:
    return url.replace("/v1/realtime", path) + query


@pytest.mark.parametrize("headers", [HEADERS, {"Authorization": f"Bearer {KEY}"}])
@run
async def test_the_path_of_azure_speaks_ga_with_the_deployment_as_model(text_server, headers):
    url = azure(text_server, GA, "?model=my-deployment")
    async with connect(url, additional_headers=headers) as socket:
        wire = Wire(socket)
        session = (await wire.one("session.created"))["session"]
        assert (session["type"], session["model"]) == ("realtime", "my-deployment")
        await wire.say("What is two plus two?")
        assert (await wire.respond())[-2]["type"] == "response.done"


@run
async def test_the_path_of_azures_preview_speaks_beta(text_server):
    query = "?api-version=2025-04-01-preview&deployment=my-deployment"
    async with connect(azure(text_server, PREVIEW, query), additional_headers=HEADERS) as socket:
        session = (await Wire(socket, "beta").one("session.created"))["session"]
    assert session["model"] == "my-deployment"
    assert session["input_audio_format"] == "pcm16"


@pytest.mark.parametrize("path", [GA, PREVIEW])
@run
async def test_without_the_key_nobody_is_let_in(text_server, path):
    wrong = {"additional_headers": {"api-key": "another"}}
    assert (await status_of(azure(text_server, path), **wrong))[0] == 401


@pytest.mark.parametrize("path", ["/openai", "/openai/v1", "/openai/deployments/d/realtime"])
@run
async def test_azures_other_paths_are_not_found(text_server, path):
    options = {"additional_headers": HEADERS}
    assert (await status_of(azure(text_server, path), **options))[0] == 404


@pytest.mark.parametrize("path", [GA, PREVIEW])
def test_a_key_that_is_minted_at_azures_path_opens_a_session(text_server, path):
    session = {"type": "realtime", "instructions": "Be brief."}
    status, answer, _ = post(text_server, f"{path}/client_secrets", {"session": session})
    assert status == 200

    @run
    async def talk() -> None:
        shown = {"additional_headers": {"api-key": answer["value"]}}
        async with connect(azure(text_server, GA), **shown) as socket:
            created = await Wire(socket).one("session.created")
            assert created["session"]["instructions"] == "Be brief."

    talk()


@pytest.mark.slow
@run
async def test_the_azure_client_of_the_openai_package_finds_the_preview(server_process):
    client = sdk_client(server_process)
    async with client.realtime.connect(model="my-deployment") as connection:
        session: Any = (await connection.recv()).session
        assert (session.model, session.output_audio_format) == ("my-deployment", "pcm16")


@pytest.mark.slow
def test_a_session_talks_at_the_path_of_azure(server_process):
    url = azure(server_process, GA)
    with rt.connect(url, model="my-deployment", api_key=KEY, quiet=True) as session:
        session.configure(output_modalities="text")
        assert "four" in session.say("What is two plus two?").wait(20).text
        assert session.config["model"] == "my-deployment"
    secret = rt.mint_client_secret(url, api_key=KEY, model="my-deployment")
    assert secret.value.reveal().startswith("ek_")


@pytest.mark.slow
def test_a_session_talks_at_the_path_of_azures_preview(server_process):
    url = azure(server_process, PREVIEW, "?api-version=2025-04-01-preview&deployment=d")
    with rt.connect(url, dialect="beta", api_key=KEY, quiet=True) as session:
        session.configure(output_modalities="text")
        assert "four" in session.say("What is two plus two?").wait(20).text


def sdk_client(url: str) -> Any:
    from openai import AsyncAzureOpenAI

    base = url.removesuffix("/v1/realtime")
    return AsyncAzureOpenAI(
        api_key=KEY,
        api_version="2025-04-01-preview",
        azure_endpoint=base.replace("ws:", "http:", 1),
        websocket_base_url=f"{base}/openai",
    )
