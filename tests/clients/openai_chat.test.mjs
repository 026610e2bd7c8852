import assert from 'node:assert/strict';
import { check, checkGateway, collect, startWorld, user } from './support/world.mjs';

const world = await startWorld();
const openai = world.openai();
const chat = (more) => openai.chat.completions.create({ model: world.ask.chat, messages: user('hello there'), ...more });
const answerText = `${world.model.chat} heard: hello there`;
const textOf = (chunks) => chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');

const tools = [{
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a place',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}];

check('chat', async () => {
  const answer = await chat();
  assert.equal(answer.choices[0].message.content, answerText);
  assert.equal(answer.choices[0].finish_reason, 'stop');
  assert.equal(answer.model, world.model.chat); // the answer's bytes are the upstream's: OpenAI, too, names the dated model
  assert.deepEqual(
    [answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens], [2, 4, 6]);
});

check('chat: text beyond ASCII arrives as it was', async () => {
  const text = 'naïve — 日本語 🙂 \u2028 "quoted" \\ \n end';
  const answer = await chat({ messages: user(text) });
  assert.equal(answer.choices[0].message.content, `${world.model.chat} heard: ${text}`);
  const chunks = await collect(await chat({ messages: user(text), stream: true }));
  assert.equal(textOf(chunks), `${world.model.chat} heard: ${text}`);
});

check('chat stream with usage asked for: the last chunk has it', async () => {
  const chunks = await collect(await chat({ stream: true, stream_options: { include_usage: true } }));
  assert.equal(textOf(chunks), answerText);
  assert.deepEqual(chunks.at(-1).choices, []);
  assert.equal(chunks.at(-1).usage.total_tokens, 6);
  assert.equal(chunks.at(-2).choices[0].finish_reason, 'stop');
});

check('chat stream without usage asked for: no chunk has empty choices', async () => {
  const chunks = await collect(await chat({ stream: true }));
  assert.equal(textOf(chunks), answerText);
  for (const chunk of chunks) {
    assert.equal(chunk.choices.length, 1);
    assert.equal(chunk.usage ?? null, null);
    assert.equal(chunk.model, 'gpt-upstream');
  }
});

checkGateway('chat stream without usage asked for: the gateway asks the upstream for it all the same', async () => {
  await collect(await chat({ stream: true }));
  const [entry] = await world.upstream.log();
  assert.equal(JSON.parse(entry.body).stream_options?.include_usage, true);
});

check('chat stream in single bytes: the same text', async () => {
  const plain = await fetch(`${world.upstream.url}/v1/chat/completions`, {
    method: 'POST', headers: { authorization: 'Bearer up-key' },
    body: JSON.stringify({ model: world.model.chat, messages: user('hello there'), stream: true }),
  });
  const events = (await plain.text()).split('\n\n').filter(Boolean);
  await world.upstream.script({ sse: { events, write: 'byte', eol: '\r\n' } });
  assert.equal(textOf(await collect(await chat({ stream: true }))), answerText);
});

check('chat tool call', async () => {
  const answer = await chat({ messages: user('Pa"ris'), tools });
  const [call] = answer.choices[0].message.tool_calls;
  assert.equal(answer.choices[0].finish_reason, 'tool_calls');
  assert.deepEqual(JSON.parse(call.function.arguments), { city: 'Pa"ris' });
});

check('chat tool-call stream: the arguments come in pieces and are JSON when joined', async () => {
  const chunks = await collect(await chat({ messages: user('Saint-Étienne'), tools, stream: true }));
  const deltas = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
  assert.ok(deltas.length > 3, `${deltas.length} pieces`);
  assert.equal(deltas[0].function.name, 'get_weather');
  assert.ok(deltas[0].id.startsWith('call_'));
  const joined = deltas.map((delta) => delta.function.arguments).join('');
  assert.deepEqual(JSON.parse(joined), { city: 'Saint-Étienne' });
  assert.equal(chunks.at(-1).choices[0].finish_reason, 'tool_calls');
});

check('chat through the SDK\'s own accumulating stream', async () => {
  const stream = openai.chat.completions.stream({ model: world.ask.chat, messages: user('hello there') });
  const final = await stream.finalChatCompletion();
  assert.equal(final.choices[0].message.content, answerText);
});

checkGateway('every answer has its own x-litellm-call-id', async () => {
  const seen = new Set();
  for (const stream of [false, true]) {
    const { data, response } = await chat({ stream }).withResponse();
    if (stream) await collect(data);
    seen.add(response.headers.get('x-litellm-call-id'));
  }
  const { response } = await world.anthropic().messages
    .create({ model: world.ask.claude, max_tokens: 10, messages: user('hi') }).withResponse();
  seen.add(response.headers.get('x-litellm-call-id'));
  assert.equal(seen.size, 3);
  assert.ok(!seen.has(null) && !seen.has(''));
});

checkGateway('the upstream sees its own key and never the client\'s', async () => {
  await chat();
  const [entry] = await world.upstream.log();
  const head = Buffer.from(entry.raw_head_b64, 'base64').toString('latin1');
  assert.match(head, new RegExp(`\r\nauthorization: Bearer ${world.upstreamKey}\r\n`, 'i'));
  assert.ok(!head.includes(world.masterKey) && !entry.body.includes(world.masterKey));
});
