// npm @openai/agents-realtime makes the five turns, and prints what it believes of them as JSON.
// node agents_realtime.mjs URL KEY SOUNDS, in a folder where it, zod and ws are installed.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession, tool as functionTool,
} from '@openai/agents-realtime';
import { z } from 'zod';

const [url, key, sounds] = process.argv.slice(2);
const PATIENCE_MS = 60_000;

const weather = functionTool({
  name: 'get_weather',
  description: 'Look up the weather for a city.',
  parameters: z.object({ city: z.string() }),
  execute: async ({ city }) => `Foggy in ${city}`,
});

/** One session: its client, what the client told, and what the server sent. */
class Talk {
  constructor(modality) {
    const agent = new RealtimeAgent({ name: 'Ada', instructions: 'Be brief.', tools: [weather] });
    const turnDetection = { type: 'server_vad', interruptResponse: true, createResponse: true };
    this.session = new RealtimeSession(agent, {
      transport: new OpenAIRealtimeWebSocket(),
      model: 'gpt-realtime',
      config: { outputModalities: [modality], audio: { input: { turnDetection } } },
    });
    this.frames = [];
    this.told = [];
    this.waiting = () => {};
    this.session.on('transport_event', (event) => this.frames.push(event));
    this.session.on('error', fail);
    for (const name of ['agent_end', 'agent_tool_start', 'audio', 'audio_interrupted']) {
      this.session.on(name, (...details) => {
        this.told.push([name, details]);
        this.waiting();
      });
    }
  }

  async begin() {
    await this.session.connect({ apiKey: key, url: `${url}?model=gpt-realtime` });
  }

  /** Wait until the client has told of this `count` times. */
  until(wanted, count = 1) {
    const isThere = () => this.told.filter(([name]) => name === wanted).length >= count;
    return new Promise((resolve) => {
      this.waiting = () => isThere() && resolve();
      this.waiting();
    });
  }

  speak(name) {
    const bytes = readFileSync(join(sounds, `${name}.pcm`));
    const { buffer, byteOffset, byteLength } = bytes;
    this.session.sendAudio(buffer.slice(byteOffset, byteOffset + byteLength));
  }

  of(type) {
    return this.frames.filter((frame) => frame.type === type);
  }

  /** The last words of a role in the client's own history. */
  words(role) {
    const messages = this.session.history.filter((item) => item.role === role);
    const [part] = messages.at(-1).content;
    return part.text ?? part.transcript;
  }
}

function fail(error) {
  console.error(JSON.stringify(error, null, 1), error);
  process.exit(1);
}

const turns = {
  async text() {
    const talk = new Talk('text');
    await talk.begin();
    talk.session.sendMessage('What is seven plus five?');
    await talk.until('agent_end');
    return [talk, { said: talk.words('assistant') }];
  },

  async tool() {
    const talk = new Talk('text');
    await talk.begin();
    talk.session.sendMessage('What is the weather in London?');
    await talk.until('agent_end', 2);
    const [[, details]] = talk.told.filter(([name]) => name === 'agent_tool_start');
    const { toolCall } = details.at(-1);
    const given = JSON.parse(toolCall.arguments);
    return [talk, { name: toolCall.name, arguments: given, said: talk.words('assistant') }];
  },

  async audio() {
    const talk = new Talk('audio');
    await talk.begin();
    talk.speak('sum');
    await talk.until('agent_end');
    const chunks = talk.told.filter(([name]) => name === 'audio').map(([, [event]]) => event.data);
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
    const said = { heard: talk.words('user'), said: talk.words('assistant') };
    return [talk, { ...said, sound_ms: bytes / 48 }];
  },

  async interruption() {
    const talk = new Talk('audio');
    await talk.begin();
    talk.speak('story');
    await talk.until('audio');
    talk.speak('stop');
    await talk.until('agent_end', 2);
    await talk.until('audio_interrupted');
    const [cancelled, completed] = talk.of('response.done');
    return [talk, {
      status: cancelled.response.status,
      truncated: talk.of('conversation.item.truncated').length,
      next: completed.response.status,
    }];
  },

  async out_of_band() {
    const talk = new Talk('text');
    await talk.begin();
    const content = [{ type: 'input_text', text: 'What is two plus two?' }];
    talk.session.transport.requestResponse({
      conversation: 'none',
      metadata: { topic: 'sums' },
      input: [{ type: 'message', role: 'user', content }],
    });
    await talk.until('agent_end');
    const [{ response: { output, metadata, conversation_id } }] = talk.of('response.done');
    const items = talk.of('conversation.item.added').length;
    return [talk, { said: output[0].content[0].text, metadata, conversation_id, items }];
  },
};

setTimeout(() => fail(new Error('the turns did not end')), PATIENCE_MS).unref();
const outcome = {};
for (const [name, turn] of Object.entries(turns)) {
  const [talk, told] = await turn();
  outcome[name] = told;
  talk.session.close();
}
console.log(JSON.stringify(outcome));
