// npm openai makes the five turns, and prints what it was told as JSON.
// node openai_node.mjs URL KEY SOUNDS, in a folder where openai and ws are installed.

import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';

const [url, key, sounds] = process.argv.slice(2);
const PATIENCE_MS = 60_000;
const CHUNK_BYTES = 4800;
const WEATHER = {
  type: 'function',
  name: 'get_weather',
  description: 'Look up the weather for a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const TEXT = { type: 'realtime', output_modalities: ['text'] };

/** One connection: what it was told, and who waits for what. */
class Talk {
  constructor() {
    const client = new OpenAI({ apiKey: key, baseURL: url.replace(/^ws(.*)\/realtime$/, 'http$1') });
    // The package speaks TLS only; the server on this machine does not.
    const options = { createConnection: ({ host, port }) => connect({ host, port }) };
    this.events = [];
    this.answers = 0;
    this.waiting = () => {};
    this.socket = new OpenAIRealtimeWS({ model: 'gpt-realtime', options }, client);
    this.socket.on('event', (event) => {
      this.events.push(event);
      this.waiting();
    });
    this.socket.on('error', fail);
  }

  /** Return the event of this type that was told as number `count`, when it was. */
  until(type, count = 1) {
    return new Promise((resolve) => {
      this.waiting = () => this.of(type).length >= count && resolve(this.of(type)[count - 1]);
      this.waiting();
    });
  }

  async answer() {
    this.answers += 1;
    return (await this.until('response.done', this.answers)).response;
  }

  async begin(session) {
    await this.until('session.created');
    this.socket.send({ type: 'session.update', session });
    await this.until('session.updated');
  }

  say(text) {
    const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
    this.socket.send({ type: 'conversation.item.create', item });
  }

  async respond(response = {}) {
    this.socket.send({ type: 'response.create', response });
    return this.answer();
  }

  speak(name) {
    const sound = readFileSync(join(sounds, `${name}.pcm`));
    for (let at = 0; at < sound.length; at += CHUNK_BYTES) {
      const audio = sound.subarray(at, at + CHUNK_BYTES).toString('base64');
      this.socket.send({ type: 'input_audio_buffer.append', audio });
    }
  }

  of(type) {
    return this.events.filter((event) => event.type === type);
  }
}

function fail(error) {
  console.error(error);
  process.exit(1);
}

const spoken = () => ({
  type: 'realtime',
  audio: { input: { transcription: { model: 'gpt-4o-mini-transcribe' } } },
});

const turns = {
  async text(talk) {
    await talk.begin(TEXT);
    talk.say('What is seven plus five?');
    const { output } = await talk.respond();
    return { said: output[0].content[0].text };
  },

  async tool(talk) {
    await talk.begin({ ...TEXT, tools: [WEATHER] });
    talk.say('What is the weather in London?');
    const [call] = (await talk.respond()).output;
    const { city } = JSON.parse(call.arguments);
    const item = {
      type: 'function_call_output', call_id: call.call_id, output: `Foggy in ${city}`,
    };
    talk.socket.send({ type: 'conversation.item.create', item });
    const { output } = await talk.respond();
    return { name: call.name, arguments: { city }, said: output[0].content[0].text };
  },

  async audio(talk) {
    await talk.begin(spoken());
    talk.speak('sum');
    const { output } = await talk.answer();
    const deltas = talk.of('response.output_audio.delta');
    const bytes = deltas.reduce((sum, { delta }) => sum + Buffer.from(delta, 'base64').length, 0);
    const [heard] = talk.of('conversation.item.input_audio_transcription.completed');
    return {
      heard: heard.transcript, said: output[0].content[0].transcript, sound_ms: bytes / 48,
    };
  },

  async interruption(talk) {
    await talk.begin(spoken());
    talk.speak('story');
    const { item_id } = await talk.until('response.output_audio.delta');
    talk.speak('stop');
    const cancelled = await talk.answer();
    const cut = { type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: 50 };
    talk.socket.send(cut);
    const completed = await talk.answer();
    return {
      status: cancelled.status,
      truncated: talk.of('conversation.item.truncated').length,
      next: completed.status,
    };
  },

  async out_of_band(talk) {
    await talk.begin(TEXT);
    const content = [{ type: 'input_text', text: 'What is two plus two?' }];
    const { output, metadata, conversation_id } = await talk.respond({
      conversation: 'none',
      metadata: { topic: 'sums' },
      input: [{ type: 'message', role: 'user', content }],
    });
    const items = talk.of('conversation.item.added').length;
    return { said: output[0].content[0].text, metadata, conversation_id, items };
  },
};

setTimeout(() => fail(new Error('the turns did not end')), PATIENCE_MS).unref();
const outcome = {};
for (const [name, turn] of Object.entries(turns)) {
  const talk = new Talk();
  outcome[name] = await turn(talk);
  talk.socket.close();
}
console.log(JSON.stringify(outcome));
