// The example company, brought up by its own script on ports and in a folder of our own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const folder = fileURLToPath(new URL('../../examples/company/', import.meta.url));

// Nothing in these tests takes long: a request without an answer is told where it was made.
const unbounded = globalThis.fetch;
globalThis.fetch = (to, init) => unbounded(to, { signal: AbortSignal.timeout(30_000), ...init });

// Resolves when the script says that everything is up. Settings of the test run itself are nothing to it.
export async function start(run, ports, options = [], settings = {}) {
  const ours = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('OSTIARY_')));
  const bin = process.env.BIN;
  const environment = { ...ours, OSTIARY_BIN: bin, COMPANY_RUN: run, ...ports, ...settings };
  const script = spawn(`${folder}start`, options, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const up = new Promise((done, fail) => {
    const listen = (text) => { said += text; if (/Accounts that were made[^]*editor .*\n\n/.test(said)) done(); };
    script.stdout.setEncoding('utf8').on('data', listen);
    script.stderr.setEncoding('utf8').on('data', listen);
    script.on('exit', (code) => fail(new Error(`start ended with ${code}:\n${said}`)));
    setTimeout(() => fail(new Error(`not up within five minutes:\n${said}`)), 300_000).unref();
  });
  process.on('exit', () => script.kill());
  await up;
  const account = (role) => { const [, email, password] = new RegExp(`^  ${role} +(\\S+) +(\\S+)$`, 'm').exec(said); return { email, password }; };
  const ostiary = async (...args) => (await promisify(execFile)(bin, ['--config', `${run}/ostiary.toml`, ...args], { env: { ...ours, ...settings } })).stdout;
  const stop = async () => { script.kill('SIGINT'); const [code] = await once(script, 'exit', { signal: AbortSignal.timeout(90_000) }); return code; };
  return { said, account, ostiary, stop };
}

// Waits until something holds, for a few seconds at most.
export async function within(seconds, what, holds) {
  const began = Date.now();
  for (;;) {
    if (await holds()) return (Date.now() - began) / 1000;
    if (Date.now() - began > seconds * 1000) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}
