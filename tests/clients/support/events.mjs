// Beginnings of streams, for scripts that break off in the middle.

const chatChunk = (delta) => `data: ${JSON.stringify({
  id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-upstream',
  choices: [{ index: 0, delta, finish_reason: null }],
})}`;

export const chatEvents = [
  chatChunk({ role: 'assistant', content: '' }),
  ...['one', ' two', ' three'].map((content) => chatChunk({ content })),
];

const named = (value) => `event: ${value.type}\ndata: ${JSON.stringify(value)}`;

export const messageEvents = [
  named({
    type: 'message_start',
    message: {
      id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-upstream', content: [],
      stop_reason: null, stop_sequence: null, usage: { input_tokens: 1, output_tokens: 1 },
    },
  }),
  named({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
  ...['one', ' two', ' three'].map((text) =>
    named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
];

const response = {
  id: 'resp_1', object: 'response', created_at: 1, status: 'in_progress', model: 'gpt-upstream', output: [],
};

export const responseEvents = [
  named({ type: 'response.created', sequence_number: 0, response }),
  named({ type: 'response.in_progress', sequence_number: 1, response }),
  named({
    type: 'response.output_text.delta', sequence_number: 2, item_id: 'msg_1', output_index: 0, content_index: 0,
    delta: 'one',
  }),
];
