// OpenAI beyond chat: completions, embeddings, responses, moderations, images, audio.
import assert from 'node:assert/strict';
import { toFile } from 'openai';
import { check, collect, startWorld } from './support/world.mjs';

const world = await startWorld();
const openai = world.openai();
const heard = (text) => `${world.model.chat} heard: ${text}`;

check('completions', async () => {
  const answer = await openai.completions.create({ model: world.ask.chat, prompt: 'once upon' });
  assert.equal(answer.choices[0].text, heard('once upon'));
  assert.equal(answer.usage.total_tokens, 6);
});

check('completions stream', async () => {
  const chunks = await collect(await openai.completions.create({
    model: world.ask.chat, prompt: 'once upon', stream: true,
  }));
  assert.equal(chunks.map((chunk) => chunk.choices[0].text).join(''), heard('once upon'));
  assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
});

check('embeddings: base64, as the SDK asks for by itself, and floats are the same vector', async () => {
  const input = ['one', 'two'];
  const packed = await openai.embeddings.create({ model: world.ask.embed, input });
  const floats = await openai.embeddings.create({ model: world.ask.embed, input, encoding_format: 'float' });
  assert.equal(packed.data.length, 2);
  assert.equal(packed.data[0].embedding.length, 8);
  assert.deepEqual(packed.data.map((row) => row.embedding), floats.data.map((row) => row.embedding));
  assert.notDeepEqual(packed.data[0].embedding, packed.data[1].embedding);
  assert.equal(packed.usage.prompt_tokens, 2);
});

check('responses', async () => {
  const answer = await openai.responses.create({ model: world.ask.chat, input: 'tell me', instructions: 'be brief' });
  assert.equal(answer.output_text, heard('tell me'));
  assert.equal(answer.status, 'completed');
  assert.equal(answer.usage.input_tokens, 4);
});

check('responses stream: events in order, usage at the end', async () => {
  const events = await collect(await openai.responses.create({
    model: world.ask.chat, input: [{ role: 'user', content: [{ type: 'input_text', text: 'tell me' }] }], stream: true,
  }));
  assert.equal(events[0].type, 'response.created');
  assert.ok(events.some((event) => event.type === 'response.output_item.added'));
  const deltas = events.filter((event) => event.type === 'response.output_text.delta');
  assert.equal(deltas.map((event) => event.delta).join(''), heard('tell me'));
  assert.equal(events.at(-1).type, 'response.completed');
  assert.equal(events.at(-1).response.usage.total_tokens, 6);
  assert.deepEqual(events.map((event) => event.sequence_number), events.map((_, index) => index));
});

check('moderations', async () => {
  const answer = await openai.moderations.create({
    model: world.ask.moderate, input: ['a quiet day', 'a day of violence'],
  });
  assert.deepEqual(answer.results.map((result) => result.flagged), [false, true]);
});

check('images', async () => {
  const answer = await openai.images.generate({ model: world.ask.image, prompt: 'a sluice', n: 2 });
  assert.equal(answer.data.length, 2);
  assert.equal(Buffer.from(answer.data[0].b64_json, 'base64').toString('latin1'), '\x89PNG\r\n\x1a\na sluice');
});

check('speech: the very bytes', async () => {
  const answer = await openai.audio.speech.create({ model: world.ask.speech, voice: 'alloy', input: 'héllo' });
  assert.equal(answer.headers.get('content-type'), 'audio/mpeg');
  const everyByte = Buffer.from(Array.from({ length: 4096 }, (_, index) => index % 256));
  const expected = Buffer.concat([Buffer.from('ID3'), everyByte, Buffer.from('héllo')]);
  assert.ok(Buffer.from(await answer.arrayBuffer()).equals(expected));
});

check('transcription: a multipart upload', async () => {
  const sound = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7) % 256));
  const answer = await openai.audio.transcriptions.create({
    model: world.ask.transcribe, file: await toFile(sound, 'talk.wav', { type: 'audio/wav' }),
  });
  assert.equal(answer.text, `${world.model.transcribe} heard: 100000 bytes of talk.wav`);
  const [entry] = await world.upstream.log();
  assert.ok(Buffer.from(entry.body_b64, 'base64').includes(sound)); // not only as many bytes: these bytes
});
