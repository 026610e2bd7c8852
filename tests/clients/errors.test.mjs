// What goes wrong must reach a client as the exception its SDK has for it.
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { check, checkGateway, direct, failure, startWorld, user } from './support/world.mjs';

const world = await startWorld();
const { upstream } = world;

const chat = (client, more) =>
  client.chat.completions.create({ model: world.ask.chat, messages: user('hi'), ...more });
const message = (client, more) =>
  client.messages.create({ model: world.ask.claude, max_tokens: 10, messages: user('hi'), ...more });

const openaiError = (type, text) => ({ error: { message: text, type, param: null, code: type } });
const anthropicError = (type, text) => ({ type: 'error', error: { type, message: text }, request_id: 'req_1' });
const scriptError = (status, body, headers = {}) => upstream.script({ respond: { status, headers, body } });

async function assertUpstreamSawNothing() {
  if (!direct) assert.deepEqual(await upstream.log(), []);
}

check('wrong key: AuthenticationError', async () => {
  for (const stream of [false, true]) {
    const error = await failure(chat(world.openai({ apiKey: 'sk-invalid' }), { stream }));
    assert.ok(error instanceof OpenAI.AuthenticationError, `${error}`);
    assert.equal(error.status, 401);
    assert.ok(error.error.message); // the body has OpenAI's shape
  }
  await assertUpstreamSawNothing();
});

check('wrong key: AuthenticationError, Anthropic and Azure', async () => {
  for (const keyIn of ['authorization', 'x-api-key']) {
    const error = await failure(message(world.anthropic({ key: 'sk-invalid', keyIn })));
    assert.ok(error instanceof Anthropic.AuthenticationError, `${error}`);
  }
  const azureError = await failure(chat(world.azure({ apiKey: 'sk-invalid' })));
  assert.ok(azureError instanceof OpenAI.AuthenticationError, `${azureError}`);
  await assertUpstreamSawNothing();
});

checkGateway('unknown model: BadRequestError, as LiteLLM answers it', async () => {
  const error = await failure(chat(world.openai(), { model: 'no-such-model' }));
  assert.ok(error instanceof OpenAI.BadRequestError, `${error}`);
  assert.match(error.message, /no-such-model/);
  const claudeError = await failure(message(world.anthropic(), { model: 'no-such-model' }));
  assert.ok(claudeError instanceof Anthropic.BadRequestError, `${claudeError}`);
  await assertUpstreamSawNothing();
});

check('upstream 429: RateLimitError with retry-after', async () => {
  for (const stream of [false, true]) {
    await scriptError(429, openaiError('rate_limit_exceeded', 'please slow down'), { 'retry-after': '7' });
    const error = await failure(chat(world.openai(), { stream }));
    assert.ok(error instanceof OpenAI.RateLimitError, `${error}`);
    assert.equal(error.headers.get('retry-after'), '7');
    assert.match(error.message, /please slow down/);
  }
  assert.equal((await upstream.log()).length, 2);
});

check('upstream 429: RateLimitError with retry-after, Anthropic', async () => {
  for (const stream of [false, true]) {
    await scriptError(429, anthropicError('rate_limit_error', 'please slow down'), { 'retry-after': '7' });
    const error = await failure(message(world.anthropic(), { stream }));
    assert.ok(error instanceof Anthropic.RateLimitError, `${error}`);
    assert.equal(error.headers.get('retry-after'), '7');
    assert.match(error.message, /please slow down/);
  }
});

check('upstream 400 and 500 keep their class', async () => {
  await scriptError(400, openaiError('context_length_exceeded', 'too long for me'));
  const bad = await failure(chat(world.openai()));
  assert.ok(bad instanceof OpenAI.BadRequestError, `${bad}`);
  assert.match(bad.message, /too long for me/);
  await scriptError(500, openaiError('server_error', 'something broke'));
  const broken = await failure(chat(world.openai()));
  assert.ok(broken instanceof OpenAI.InternalServerError, `${broken}`);
});

checkGateway('upstream closes without an answer: a server error, and the gateway lives', async () => {
  for (const end of [{ close: true }, { reset: true }]) {
    await upstream.script(end);
    const error = await failure(chat(world.openai()));
    assert.ok(error instanceof OpenAI.InternalServerError, `${error}`);
  }
  assert.equal((await chat(world.openai())).choices[0].finish_reason, 'stop');
});
