// What every test file begins with: an upstream, a gateway in front of it, and clients for them.
//
// With SLUICE_TEST_DIRECT=1 there is no gateway: the clients talk to the scripted upstream itself. That proves the
// upstream and the tests; the cases that are about the gateway are skipped.
import assert from 'node:assert/strict';
import test, { after, beforeEach } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI, { AzureOpenAI } from 'openai';
import { Gateway, Upstream } from './processes.mjs';

export const direct = process.env.SLUICE_TEST_DIRECT === '1';
const MASTER_KEY = 'sk-test-1234';
const UPSTREAM_KEY = 'up-key';
const TEST_MS = 10_000;

// group: what clients ask for; model: what the upstream is asked for.
const GROUPS = {
  chat: { group: 'gpt-test', model: 'gpt-upstream' },
  claude: { group: 'claude-test', model: 'claude-upstream', provider: 'anthropic' },
  embed: { group: 'embed-test', model: 'embed-upstream', mode: 'embedding' },
  image: { group: 'image-test', model: 'image-upstream', mode: 'image_generation' },
  speech: { group: 'tts-test', model: 'tts-upstream', mode: 'audio_speech' },
  transcribe: { group: 'whisper-test', model: 'whisper-upstream', mode: 'audio_transcription' },
  moderate: { group: 'moderation-test', model: 'moderation-upstream', mode: 'moderation' },
};

function config(upstreamUrl) {
  const entry = ({ group, model, provider = 'openai', mode = 'chat' }) => `
  - model_name: "${group}"
    litellm_params:
      model: "${provider}/${model}"
      api_base: ${upstreamUrl}${provider === 'openai' ? '/v1' : ''}
      api_key: ${UPSTREAM_KEY}
    model_info:
      mode: ${mode}`;
  // No retries and no cooldowns: an upstream's failure in one test must show in that test and in no other.
  return `
general_settings:
  master_key: ${MASTER_KEY}
router_settings:
  num_retries: 0
  disable_cooldowns: true
  model_group_alias:
    gpt-alias: gpt-test
model_list:${Object.values(GROUPS).map(entry).join('')}${entry({ group: 'any/*', model: '*' })}
`;
}

export async function startWorld() {
  const upstream = await Upstream.start();
  const gateway = direct ? null : await Gateway.start(config(upstream.url));
  const url = gateway?.url ?? upstream.url;
  const key = direct ? UPSTREAM_KEY : MASTER_KEY;
  beforeEach(() => upstream.reset());
  after(async () => {
    const code = await gateway?.stop();
    await upstream.stop();
    if (gateway) assert.equal(code, 0, 'the gateway stops cleanly');
  });
  const ask = Object.fromEntries(Object.entries(GROUPS).map(([name, { group, model }]) => [name, direct ? model : group]));
  return {
    upstream,
    url,
    masterKey: MASTER_KEY,
    upstreamKey: UPSTREAM_KEY,
    ask, // kind -> the model name to ask for
    model: Object.fromEntries(Object.entries(GROUPS).map(([name, { model }]) => [name, model])),
    openai: (options) => new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0, ...options }),
    azure: (options) => new AzureOpenAI({
      endpoint: url, apiKey: key, apiVersion: '2024-10-21', maxRetries: 0, ...options,
    }),
    anthropic: (options) => anthropic({ url, key, ...options }),
  };
}

// SDK 0.137 sends the key as x-api-key, SDK 1.11 as a bearer token: clients of both kinds are about. The scripted upstream
// is the stricter one and wants x-api-key; so that is how it is asked without a gateway.
function anthropic({ url, key, keyIn = direct ? 'x-api-key' : 'authorization' }) {
  const defaultHeaders = keyIn === 'x-api-key' ? { 'x-api-key': key, authorization: null } : {};
  return new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0, defaultHeaders });
}

/** A case that holds for the upstream alone as well. */
export const check = (name, body) => test(name, { timeout: TEST_MS }, body);

/** A case about what the gateway does. */
export const checkGateway = (name, body) =>
  test(name, { timeout: TEST_MS, skip: direct && 'needs the gateway' }, body);

export async function collect(stream, into = []) {
  for await (const item of stream) into.push(item);
  return into;
}

/** The error of a call that must fail. */
export async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail('expected an error');
}

export const user = (content) => [{ role: 'user', content }];
