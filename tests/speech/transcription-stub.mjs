// An OpenAI-compatible transcription server, a process of its own: POST /v1/audio/transcriptions, written from the public
// API description. What it is sent it has transcribed by the program in TRANSCRIBE, so that the words are real.
// With FAIL set, it refuses everything with that status. Its port is the first line of its output.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const key = 'sk-test';

async function transcribe(request) {
  if (request.headers.authorization !== `Bearer ${key}`) return [401, 'Incorrect API key provided'];
  if (process.env.FAIL) return [Number(process.env.FAIL), 'The server is overloaded'];
  const chunks = [];
  for await (const bytes of request) chunks.push(bytes);
  // Node's own reader of forms, which knows nothing of our writer.
  const type = { 'Content-Type': request.headers['content-type'] };
  const form = await new Response(Buffer.concat(chunks), { headers: type }).formData();
  if (form.get('model') !== 'whisper-1') return [404, `The model ${form.get('model')} does not exist`];
  const file = form.get('file');
  if (!/\.(flac|mp3|mp4|mpeg|mpga|m4a|ogg|wav|webm)$/.test(file.name)) return [400, 'Invalid file format'];
  const folder = mkdtempSync(join(tmpdir(), 'transcription-'));
  try {
    const path = join(folder, file.name);
    writeFileSync(path, Buffer.from(await file.arrayBuffer()));
    const { stdout } = await promisify(execFile)(process.env.TRANSCRIBE, [path]);
    return [200, stdout.trim()];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const server = createServer(async (request, response) => {
  const known = request.method === 'POST' && request.url === '/v1/audio/transcriptions';
  const [status, text] = known ? await transcribe(request).catch((fault) => [500, String(fault)]) : [404, 'Not found'];
  const answer = status === 200 ? { text } : { error: { message: text, type: 'invalid_request_error', code: null } };
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
