"""Lists, objects and words that stand for objects, as people give them."""

import pytest

from rt_notebook.config.options import option_named
from rt_notebook.errors import ConfigError

WEATHER = {"type": "function", "name": "weather"}


def value_of(name, given):
    kind = "response" if name in ("input", "metadata") else "session"
    return option_named(name, kind).value(given)


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("modalities", "audio", ["audio"]),
        ("modalities", ["TEXT"], ["text"]),
        ("modalities", '["text", "audio"]', ["text", "audio"]),
        ("input_audio_format", "AUDIO/PCMU", {"type": "audio/pcmu"}),
        (
            "input_audio_format",
            '{"type": "audio/pcm", "rate": 24000}',
            {"type": "audio/pcm", "rate": 24000},
        ),
        ("transcription_keywords", "Kraków, Łódź,", ["Kraków", "Łódź"]),
        ("transcription_keywords", "[]", []),
        ("transcription_language", "EN", "en"),
        ("transcription_languages", ["en", "PL"], ["en", "pl"]),
        ("transcription", "true", {}),
        ("transcription", "some-model", {"model": "some-model"}),
        ("noise_reduction", '{"type": "far_field"}', {"type": "far_field"}),
        ("reasoning", {"effort": "low"}, {"effort": "low"}),
        ("truncation", "AUTO", "auto"),
        ("tracing", "auto", "auto"),
        ("tracing", "off", None),
        ("include_logprobs", "logprobs", ["item.input_audio_transcription.logprobs"]),
        ("include_logprobs", False, None),
        ("tools", (WEATHER,), [WEATHER]),
        ("tools", '[{"type": "function", "name": "weather"}]', [WEATHER]),
        ("tool_choice", "Required", "required"),
        (
            "tool_choice",
            {"type": "function", "function": {"name": "weather"}},
            {"type": "function", "name": "weather"},
        ),
        ("metadata", '{"a": "b"}', {"a": "b"}),
        ("metadata", "a=b=c", {"a": "b=c"}),
        ("metadata", "note=hello, world", {"note": "hello, world"}),
        ("metadata", "note=one, two, topic=x", {"note": "one, two", "topic": "x"}),
        ("metadata", {f"k{i}": "v" for i in range(16)}, {f"k{i}": "v" for i in range(16)}),
        ("metadata", {"k" * 64: "v" * 512}, {"k" * 64: "v" * 512}),
    ],
)
def test_a_value_is_read_as_it_was_meant(name, given, value):
    assert value_of(name, given) == value


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("modalities", "txt", "output_modalities takes audio or text, got 'txt'; did you mean"),
        ("modalities", "", "output_modalities takes audio or text, got ''"),
        ("modalities", "text,text", "got 'text,text'"),
        (
            "input_audio_format",
            "pcm",
            "input_audio_format takes pcm16, g711_ulaw or g711_alaw, got 'pcm'; "
            "did you mean 'pcm16'?",
        ),
        (
            "input_audio_format",
            {"type": "audio/pcm", "rate": 16000},
            "got audio/pcm at 16000 Hz; PCM has 24000 Hz",
        ),
        (
            "transcription_language",
            "en-US",
            "input_audio_transcription_language takes an ISO-639-1 code such as en, got 'en-US'; "
            "did you mean 'en'?",
        ),
        ("transcription_language", "english", "such as en, got 'english'"),
        ("transcription_languages", "en,xx", "got 'xx'"),
        ("transcription_languages", [], "got a list of 0"),
        ("transcription_keywords", [1], "got 1"),
        ("truncation", "atuo", "did you mean 'auto'?"),
        ("reasoning", "hgih", "did you mean 'high'?"),
        ("tracing", "on", "tracing takes auto, or a JSON object, or none, got 'on'"),
        ("include", "logprob", "include takes true, or item.input_audio_transcription.logprobs"),
        ("tools", {"type": "function"}, "tools takes a JSON list of tools, got an object"),
        ("tools", ["weather"], "got 'weather' in the list"),
        ("tools", '[{"authorization": "sk-1"', "got text that is no JSON"),
        ("tools", '[{"x": NaN}]', "got text that is no JSON"),
        ("tool_choice", "requird", "did you mean 'required'?"),
        ("prompt_variables", "city", "prompt_variables takes a JSON object, got 'city'"),
        ("input", "hello", "input takes a JSON list of items"),
        ("input", [{"id": "item_1"}], "got an item without a type in the list"),
        ("input", [7], "got 7 in the list"),
        ("metadata", "topic", "got 'topic'"),
        ("metadata", "topic,a=1", "got 'topic' without a value"),
        ("metadata", "a=1, a=2", "got 'a' more than once"),
        (
            "tools",
            [{"type": "function", "function": {"name": "weather"}}],
            "tools takes a JSON list of tools, got a tool with a 'function' inside; "
            "put name, description and parameters beside 'type'",
        ),
        (
            "input_audio_format",
            {"type": "audio/pcm", "rates": 1},
            "got an object with 'rates'; it has type and rate",
        ),
        (
            "metadata",
            {f"k{i}": "v" for i in range(17)},
            "metadata takes at most 16 pairs of text, keys up to 64 and values up to 512 "
            "characters, got 17 pairs",
        ),
        ("metadata", {"k" * 65: "v"}, "got a key of 65 characters"),
        ("metadata", {"k": "v" * 513}, "got 513 characters for 'k'"),
        ("metadata", {"k": 7}, "got 7; write it as '7'"),
        ("metadata", {"k": None}, "got None"),
    ],
)
def test_a_mistake_names_the_option_what_it_got_and_what_is_near(name, given, sentence):
    with pytest.raises(ConfigError) as refusal:
        value_of(name, given)
    assert sentence in str(refusal.value)
    assert "sk-1" not in str(refusal.value)
