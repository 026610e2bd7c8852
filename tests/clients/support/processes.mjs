// The two processes of a client test: the scripted upstream (tests/support/upstream.py) and the gateway.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const repoRoot = fileURLToPath(new URL('../../../', import.meta.url));
const START_MS = 10_000;
const STOP_MS = 15_000;
const TAIL_CHARS = 8_000;

/** Polls until condition() gives something true, and returns it. */
export async function waitUntil(condition, what, timeoutMs = 5_000) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await pause(5);
  }
}

export class Upstream {
  static async start() {
    const upstream = new Upstream();
    // The upstream ends with its standard input, so it never outlives this process.
    upstream.process = spawn('python3', [join(repoRoot, 'tests/support/upstream.py')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const failed = once(upstream.process, 'exit').then(([code]) => {
      throw new Error(`the upstream ended with ${code} while it started`);
    });
    const [line] = await Promise.race([once(createInterface(upstream.process.stdout), 'line'), failed]);
    failed.catch(() => {}); // it will end one day, and then nobody waits for this
    upstream.url = `http://127.0.0.1:${JSON.parse(line).port}`;
    return upstream;
  }

  /** Orders a behaviour: one action or a list. tests/support/README.md has the table. */
  async script(actions, { match = {}, times = 1 } = {}) {
    return this.control('POST', '/__script', { actions: [actions].flat(), match, times });
  }

  log() {
    return this.control('GET', '/__log');
  }

  reset() {
    return this.control('POST', '/__reset', {});
  }

  /** The last request, once it satisfies the condition. */
  lastEntry(what, condition) {
    return waitUntil(async () => {
      const entry = (await this.log()).at(-1);
      return entry && condition(entry) ? entry : null;
    }, what);
  }

  async control(method, path, body) {
    const answer = await fetch(this.url + path, { method, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  async stop() {
    this.process.kill('SIGTERM');
    if (this.process.exitCode === null) await once(this.process, 'exit');
  }
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

export class Gateway {
  static async start(config) {
    const gateway = new Gateway();
    gateway.directory = await mkdtemp(join(tmpdir(), 'sluice-clients-'));
    const file = join(gateway.directory, 'config.yaml');
    await writeFile(file, config);
    const port = await freePort();
    gateway.url = `http://127.0.0.1:${port}`;
    gateway.output = '';
    const binary = resolve(process.env.SLUICE_BIN ?? join(repoRoot, 'build/release/bin/sluice'));
    gateway.process = spawn(binary, ['serve', '-c', file, '--listen', `127.0.0.1:${port}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    gateway.process.on('error', (error) => { gateway.output += `${binary}: ${error.message}\n`; });
    for (const stream of [gateway.process.stdout, gateway.process.stderr]) {
      stream.on('data', (text) => { gateway.output += text; });
    }
    process.on('exit', (code) => gateway.atExit(code));
    await waitUntil(() => gateway.isLive(), 'GET /health/liveliness answers 200', START_MS);
    return gateway;
  }

  async isLive() {
    if (this.process.pid === undefined || this.process.exitCode !== null) {
      throw new Error(`the gateway did not start:\n${this.output.slice(-TAIL_CHARS)}`);
    }
    return fetch(`${this.url}/health/liveliness`).then((answer) => answer.status === 200, () => false);
  }

  /** Resolves to the exit code: 0 is a clean stop. */
  async stop() {
    const exited = this.process.exitCode === null ? once(this.process, 'exit') : null;
    this.process.kill('SIGTERM');
    const killer = setTimeout(() => this.process.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(killer);
    await rm(this.directory, { recursive: true, force: true });
    return this.process.exitCode;
  }

  /** A failed test wants the gateway's side of the story; and no gateway may outlive its test. */
  atExit(code) {
    if (code !== 0) console.error(`--- the end of the gateway's output:\n${this.output.slice(-TAIL_CHARS)}---`);
    if (this.process.exitCode === null) this.process.kill('SIGKILL');
  }
}
