import assert from 'node:assert/strict';
import { check, checkGateway, collect, startWorld, user } from './support/world.mjs';

const world = await startWorld();
const anthropic = world.anthropic();
const request = (more) => ({ model: world.ask.claude, max_tokens: 100, messages: user('hello there'), ...more });
const answerText = `${world.model.claude} heard: hello there`;

const tools = [{
  name: 'get_weather',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}];

check('messages', async () => {
  const answer = await anthropic.messages.create(request({ system: 'be brief' }));
  assert.equal(answer.type, 'message');
  assert.deepEqual(answer.content, [{ type: 'text', text: answerText }]);
  assert.equal(answer.stop_reason, 'end_turn');
  assert.deepEqual([answer.usage.input_tokens, answer.usage.output_tokens], [4, 4]);
});

check('messages stream: the events of the protocol, in order', async () => {
  const events = await collect(await anthropic.messages.create(request({ stream: true })));
  const kinds = events.map((event) => event.type).filter((kind, index, all) => kind !== all[index - 1]);
  assert.deepEqual(kinds.filter((kind) => kind !== 'ping'), [
    'message_start', 'content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta',
    'message_stop']);
  assert.equal(events.map((event) => event.delta?.text ?? '').join(''), answerText);
  assert.equal(events.find((event) => event.type === 'message_delta').usage.output_tokens, 4);
});

check('messages through the SDK\'s own accumulating stream', async () => {
  const final = await anthropic.messages.stream(request()).finalMessage();
  assert.equal(final.content[0].text, answerText);
  assert.deepEqual([final.usage.input_tokens, final.usage.output_tokens], [2, 4]);
});

check('messages tool-use stream: the input is JSON when joined', async () => {
  const final = await anthropic.messages.stream(request({ messages: user('Saint-Étienne'), tools })).finalMessage();
  assert.equal(final.stop_reason, 'tool_use');
  assert.equal(final.content[0].name, 'get_weather');
  assert.deepEqual(final.content[0].input, { city: 'Saint-Étienne' });
});

check('messages count_tokens', async () => {
  const answer = await anthropic.messages.countTokens({
    model: world.ask.claude, system: 'be brief', messages: user('one two three'),
  });
  assert.equal(answer.input_tokens, 5);
});

checkGateway('messages with the key in x-api-key, as the 0.x SDKs send it', async () => {
  const answer = await world.anthropic({ keyIn: 'x-api-key' }).messages.create(request());
  assert.equal(answer.content[0].text, answerText);
});

const headersSeen = async () => {
  const entry = (await world.upstream.log()).at(-1);
  return Object.fromEntries(entry.headers.map(([name, value]) => [name.toLowerCase(), value]));
};

checkGateway('the upstream gets its own key, its own model name, and never the client\'s key', async () => {
  for (const keyIn of ['authorization', 'x-api-key']) {
    await world.anthropic({ keyIn }).messages.create(request());
    assert.equal((await headersSeen())['x-api-key'], world.upstreamKey);
    const entry = (await world.upstream.log()).at(-1);
    assert.ok(!Buffer.from(entry.raw_head_b64, 'base64').toString('latin1').includes(world.masterKey));
    assert.equal(JSON.parse(entry.body).model, world.model.claude);
  }
});

checkGateway('the upstream gets the client\'s version and beta headers: the body\'s meaning hangs on them', async () => {
  for (const version of ['2023-06-01', '2026-10-21']) {
    await anthropic.messages.create(request(), {
      headers: { 'anthropic-version': version, 'anthropic-beta': 'some-beta-2025-01-01' },
    });
    const headers = await headersSeen();
    assert.equal(headers['anthropic-version'], version);
    assert.equal(headers['anthropic-beta'], 'some-beta-2025-01-01');
  }
});
