// A server of chat completions for tests, written from the public API description: it answers from what it was shown, so
// that a test can tell that prompt and history arrived.

import { createServer } from 'node:http';

export function startChatStub() {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const bytes of request) body += bytes;
    const { messages, model, stream } = JSON.parse(body);
    const asked = messages.filter((message) => message.role === 'user');
    const text = `You wrote ${asked.length} message(s), the last one: ${asked.at(-1).content}`;
    if (!stream) {
      response.setHeader('Content-Type', 'application/json');
      const choices = [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }];
      const usage = { prompt_tokens: body.length >> 2, completion_tokens: text.length >> 2 };
      response.end(JSON.stringify({ id: 'chat-1', object: 'chat.completion', model, choices, usage }));
      return;
    }
    response.setHeader('Content-Type', 'text/event-stream');
    for (const word of text.split(/(?<= )/))
      response.write(`data: ${JSON.stringify({ model, choices: [{ index: 0, delta: { content: word } }] })}\n\n`);
    response.end('data: [DONE]\n\n');
  });
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => done({ url: `http://127.0.0.1:${server.address().port}`, server }));
  });
}
