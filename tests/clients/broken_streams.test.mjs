// Streams that do not end well: the client leaves, or the upstream does.
import assert from 'node:assert/strict';
import { check, checkGateway, collect, failure, startWorld, user } from './support/world.mjs';
import { chatEvents, messageEvents, responseEvents } from './support/events.mjs';

const world = await startWorld();
const { upstream } = world;
const ABORT_SEEN_WITHIN_MS = 100;

const streams = {
  'OpenAI chat': {
    events: chatEvents,
    open: (options) => world.openai().chat.completions.create(
      { model: world.ask.chat, messages: user('hi'), stream: true }, options),
  },
  'OpenAI responses': {
    events: responseEvents,
    open: (options) => world.openai().responses.create(
      { model: world.ask.chat, input: 'hi', stream: true }, options),
  },
  'Anthropic messages': {
    events: messageEvents,
    open: (options) => world.anthropic().messages.create(
      { model: world.ask.claude, max_tokens: 10, messages: user('hi'), stream: true }, options),
  },
};

async function assertUpstreamSawTheAbort(left) {
  const entry = await upstream.lastEntry('the upstream sees the client leave', (entry) => entry.peer_closed_at);
  const elapsed = entry.peer_closed_at * 1000 - left;
  assert.ok(elapsed <= ABORT_SEEN_WITHIN_MS, `seen after ${elapsed.toFixed(1)} ms`);
}

for (const [name, { events, open }] of Object.entries(streams)) {
  check(`${name}: an aborted stream is aborted upstream at once`, async () => {
    await upstream.script({ sse: { events, end: 'stall' } });
    const stream = await open();
    let seen = 0;
    let left;
    for await (const _ of stream) {
      if (++seen === 2) {
        left = Date.now();
        stream.controller.abort();
      }
    }
    assert.ok(seen >= 2);
    await assertUpstreamSawTheAbort(left);
  });

  check(`${name}: a client that leaves before the answer begins is noticed at once`, async () => {
    await upstream.script({ stall: true });
    const controller = new AbortController();
    const pending = failure(open({ signal: controller.signal }));
    await upstream.lastEntry('the request is upstream', (entry) => entry.body_complete);
    const left = Date.now();
    controller.abort();
    await pending;
    await assertUpstreamSawTheAbort(left);
  });

  for (const end of ['cut', 'reset']) {
    check(`${name}: an upstream ${end} in the middle is an error, not an end`, async () => {
      await upstream.script({ sse: { events, end, gap_ms: 20 } });
      const seen = [];
      const error = await failure((async () => collect(await open(), seen))());
      assert.ok(error instanceof Error);
      assert.ok(seen.length > 0, 'what came before the break is delivered');
    });
  }
}

check('Anthropic: the accumulating stream throws on a cut as well', async () => {
  await upstream.script({ sse: { events: messageEvents, end: 'cut', gap_ms: 5 } });
  const stream = world.anthropic().messages.stream(
    { model: world.ask.claude, max_tokens: 10, messages: user('hi') });
  assert.ok(await failure(stream.finalMessage()) instanceof Error);
});

checkGateway('the gateway serves on after all this', async () => {
  const { choices } = await world.openai().chat.completions.create({ model: world.ask.chat, messages: user('hi') });
  assert.equal(choices[0].finish_reason, 'stop');
});
