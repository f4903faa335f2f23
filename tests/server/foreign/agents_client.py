"""openai-agents talks to the server: a text turn, then a tool turn. Run in its own environment."""

import asyncio
import json
import sys

from agents import function_tool
from agents.realtime import RealtimeAgent, RealtimeRunner


@function_tool
def get_weather(city: str) -> str:
    """Look up the weather for a city."""
    return f"Foggy in {city}"


async def main(url: str, key: str) -> list:
    agent = RealtimeAgent(name="Ada", instructions="Be brief.", tools=[get_weather])
    settings = {"model_name": "gpt-realtime", "output_modalities": ["text"]}
    runner = RealtimeRunner(agent, config={"model_settings": settings})
    outputs, questions = [], ["What is seven plus five?", "What is the weather in London?"]
    connection = {"api_key": key, "url": f"{url}?model=gpt-realtime"}
    async with await runner.run(model_config=connection) as session:
        await session.send_message(questions.pop(0))
        async for event in session:
            frame = getattr(getattr(event, "data", None), "data", None)
            if event.type == "error":
                raise RuntimeError(event.error)
            if isinstance(frame, dict) and frame.get("type") == "response.done":
                outputs.append(frame["response"]["output"])
            if event.type == "agent_end" and questions:
                await session.send_message(questions.pop(0))
            if len(outputs) == 3:
                return outputs
    return outputs


print(json.dumps(asyncio.run(asyncio.wait_for(main(*sys.argv[1:]), 60))))
