// Starts what a test needs on free ports, runs the test, and stops what it started.
//
//   node run.mjs demo BUILD_FOLDER TEST.mjs       gateway and simulator, as `make demo` starts them
//   node run.mjs model BUILD_FOLDER TEST.mjs      the same, with a stub of a model's server as the agent
//   node run.mjs bot BUILD_FOLDER TEST.mjs        the same, with an API token of its tenant in API_TOKEN
//   node run.mjs desk BUILD_FOLDER TEST.mjs       the same, with a person of it: EMAIL and PASSWORD
//   node run.mjs simulator BUILD_FOLDER TEST.mjs  a simulator of its own
//   node run.mjs first BUILD_FOLDER TEST.mjs      a gateway that never ran before, and a simulator that does not know it

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChatStub } from './chat-stub.mjs';
import { freePort } from './support.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const startLimitMs = 30_000;

function ended(child) {
  return new Promise((done) => child.on('close', (code) => done(code ?? 1)));
}

async function until(condition, what) {
  const deadline = Date.now() + startLimitMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what} did not start`);
    await new Promise((next) => setTimeout(next, 50));
  }
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

async function startDemo(build, data, more = {}) {
  const [port, operatorPort, simulatorPort] = [await freePort(), await freePort(), await freePort()];
  const env = { ...process.env, DEMO_DATA: data, DEMO_PORT: port, DEMO_OPERATOR_PORT: operatorPort,
    DEMO_SIMULATOR_PORT: simulatorPort, ...more };
  const child = spawn(join(root, 'scripts/demo'), [build], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (bytes) => { said += bytes; process.stdout.write(bytes); });
  await until(() => said.includes('ClawCentral is running'), 'the demo');
  return { child, simulator: `http://127.0.0.1:${simulatorPort}`, gateway: `http://127.0.0.1:${port}` };
}

async function startModelDemo(build, data) {
  const stub = await startChatStub();
  const started = await startDemo(build, data, { DEMO_AGENT_URL: stub.url, DEMO_AGENT_MODEL: 'small' });
  return { ...started, stub };
}

async function startWithToken(build, data) {
  const started = await startDemo(build, data);
  const made = spawnSync(join(build, 'src/app/clawcentral'),
    ['--config', join(data, 'clawcentral.toml'), '--json', 'token', 'create', 'demo'], { encoding: 'utf8' });
  return { ...started, env: { API_TOKEN: JSON.parse(made.stdout).token } };
}

async function startWithPerson(build, data) {
  const started = await startWithToken(build, data);
  const env = { EMAIL: 'ada@example.org', PASSWORD: 'correct horse battery' };
  for (const words of [['person', 'create', 'root@example.org', '--platform-admin'], ['person', 'create', env.EMAIL], ['member', 'add', 'demo', env.EMAIL, '--role', 'operator']]) {
    const { status, stderr } = spawnSync(join(build, 'src/app/clawcentral'), ['--config', join(data, 'clawcentral.toml'), ...words],
      { input: env.PASSWORD, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${words.join(' ')}: ${stderr}`);
  }
  return { ...started, env: { ...started.env, ...env } };
}

async function startSimulator(build) {
  const port = await freePort();
  const child = spawn(join(build, 'simulator/simulator'), ['--listen', `127.0.0.1:${port}`], { stdio: 'inherit' });
  const simulator = `http://127.0.0.1:${port}`;
  await until(() => answers(`${simulator}/_sim/stats`), 'the simulator');
  return { child, simulator, gateway: '' };
}

async function startFirst(build, data) {
  const meta = await startSimulator(build);
  const [port, operatorPort] = [await freePort(), await freePort()];
  const gateway = `http://127.0.0.1:${port}`;
  writeFileSync(join(data, 'clawcentral.toml'), `data_dir = "${data}/data"\npublic_url = "${gateway}"
listen = { public = "127.0.0.1:${port}", operator = "127.0.0.1:${operatorPort}" }
graph = { base_url = "${meta.simulator}" }\nnet = { allow_private = ["127.0.0.0/8"] }\n`);
  const child = spawn(join(build, 'src/app/clawcentral'), ['--config', join(data, 'clawcentral.toml'), 'serve'],
    { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (bytes) => { said += bytes; });
  await until(() => /\/setup#\S+/.test(said) && said.includes('gateway.ready'), 'the gateway');
  child.on('close', () => meta.child.kill('SIGINT'));
  return { child, simulator: meta.simulator, gateway, env: { SETUP_LINK: said.match(/https?:\S+\/setup#\S+/)[0] } };
}

const [mode, buildFolder, test] = process.argv.slice(2);
const build = resolve(buildFolder);
const data = mkdtempSync(join(tmpdir(), 'claw-e2e-'));
let code = 1;
try {
  const start = { demo: startDemo, model: startModelDemo, bot: startWithToken, desk: startWithPerson, simulator: startSimulator, first: startFirst }[mode];
  const started = await start(build, data);
  const env = { ...process.env, SIM_URL: started.simulator, GATEWAY_URL: started.gateway, ...started.env };
  code = await ended(spawn(process.execPath, ['--test', join(here, test)], { env, stdio: 'inherit' }));
  const gone = ended(started.child);
  started.child.kill('SIGINT');
  await gone;
  started.stub?.server.close();
  if (started.gateway && (await answers(`${started.gateway}/`))) {
    console.error('the gateway outlived the demo');
    code = 1;
  }
} finally {
  rmSync(data, { recursive: true, force: true });
}
process.exit(code);
