import assert from 'node:assert/strict';
import { check, checkGateway, collect, direct, startWorld, user } from './support/world.mjs';

const world = await startWorld();
const openai = world.openai();
const ids = async () => (await collect(await openai.models.list())).map((model) => model.id);

check('models: the list has the models', async () => {
  const listed = await ids();
  for (const kind of ['chat', 'claude', 'embed']) assert.ok(listed.includes(world.ask[kind]), `${kind} in ${listed}`);
});

checkGateway('models: the list has the alias and shows no upstream name', async () => {
  const listed = await ids();
  assert.ok(listed.includes('gpt-alias'), `${listed}`);
  assert.ok(!listed.includes(world.model.chat), `${listed}`);
});

checkGateway('models: one can be retrieved', async () => {
  const model = await openai.models.retrieve(world.ask.chat);
  assert.equal(model.id, world.ask.chat);
  assert.equal(model.object, 'model');
});

checkGateway('models: an alias leads to its group', async () => {
  const answer = await openai.chat.completions.create({ model: 'gpt-alias', messages: user('hello') });
  assert.equal(answer.choices[0].message.content, `${world.model.chat} heard: hello`);
});

checkGateway('models: a wildcard carries the rest of the name to the upstream', async () => {
  const answer = await openai.chat.completions.create({ model: 'any/gpt-wild', messages: user('hello') });
  assert.equal(answer.choices[0].message.content, 'gpt-wild heard: hello');
});

check('azure: chat by deployment, with the api-key header', async () => {
  const azure = world.azure();
  const answer = await azure.chat.completions.create({ model: world.ask.chat, messages: user('hello azure') });
  assert.equal(answer.choices[0].message.content, `${world.model.chat} heard: hello azure`);
  const [entry] = await world.upstream.log();
  if (direct) assert.match(entry.path, /^\/openai\/deployments\/gpt-upstream\/chat\/completions\?api-version=/);
});

check('azure: chat stream and embeddings by deployment', async () => {
  const azure = world.azure();
  const stream = await azure.chat.completions.create({
    model: world.ask.chat, messages: user('hello azure'), stream: true,
  });
  const text = (await collect(stream)).map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
  assert.equal(text, `${world.model.chat} heard: hello azure`);
  const { data } = await azure.embeddings.create({ model: world.ask.embed, input: 'hello' });
  assert.equal(data[0].embedding.length, 8);
});
