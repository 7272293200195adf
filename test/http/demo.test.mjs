// `make demo` as a newcomer meets it, beside whatever else runs: in a directory and on a port of its own.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { makeDirectory, readEnv, run } from './machine.mjs';
import { sql } from './support.mjs';

const directory = makeDirectory();
let variables;

before(async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  variables = { RUN_DIR: directory, PORT: String(server.address().port) };
  await new Promise((resolve) => server.close(resolve));
});

after(() => {
  run('down', [], variables);
  rmSync(directory, { recursive: true });
});

const isAlive = (pid) => existsSync(`/proc/${pid}`) && !/^State:\t[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
const shell = (line, env) => execFileSync('bash', ['-c', line], { encoding: 'utf8', env: { ...process.env, ...env } });

test('make demo, again, and make down', () => {
  const output = run('demo', [], variables);
  const env = readEnv(join(directory, 'env'));
  assert.deepEqual(Object.keys(env), ['BOOKING_URL', 'SALON_SLUG', 'BOOKING_API_KEY', 'DATABASE_URL', 'SUPABASE_URL', 'ANON_KEY',
    'SERVICE_ROLE_KEY', 'THERAPIST_EMAIL', 'THERAPIST_PASSWORD']);
  assert.equal(env.BOOKING_URL, `http://127.0.0.1:${variables.PORT}`);
  assert.equal(statSync(join(directory, 'env')).mode & 0o777, 0o600, 'the key is for its owner alone');
  assert.equal(sql('SELECT rolsuper FROM pg_roles WHERE rolname = current_user', {}, env.DATABASE_URL), 't');
  for (const secret of [env.BOOKING_API_KEY, env.DATABASE_URL, env.ANON_KEY, env.SERVICE_ROLE_KEY, env.THERAPIST_PASSWORD]) assert.ok(!output.includes(secret), 'no secret on the screen');

  const lines = output.split('\n').filter((line) => line.startsWith('curl '));
  assert.equal(lines.length, 8);
  const reading = lines.filter((line) => !line.includes('cancel') && !line.includes('"guest"'));
  for (const line of reading) {
    assert.equal(JSON.parse(shell(line, env)).ok, true, line);
  }

  const [, script] = /<<'JS'\n([^]*?)\nJS\n/.exec(output);
  const [appointment] = JSON.parse(execFileSync(process.execPath, ['--input-type=module'], {
    input: script, encoding: 'utf8', cwd: join(import.meta.dirname, '..'), env: { ...process.env, ...env },
  }));
  assert.deepEqual([appointment.start_time, appointment.clients.name, appointment.service_menu.name],
    ['14:00', 'Rebecca Martinez', 'Swedish Massage'], 'the therapist\'s script works as it is printed');

  const pids = () => [
    readEnv(join(directory, 'service/service.env')).SERVICE_PID,
    readFileSync(join(directory, 'cluster/data/postmaster.pid'), 'utf8').split('\n')[0],
  ];
  const running = pids();
  const bookings = () => Number(sql('SELECT count(*) FROM booking.bookings', {}, env.DATABASE_URL));
  const before = bookings();
  run('demo', [], variables);
  assert.deepEqual(pids(), running, 'what runs goes on running');
  assert.deepEqual(readEnv(join(directory, 'env')), env);
  assert.equal(bookings(), before + 1, 'one more walk, no second set of examples');

  run('down', [], variables);
  assert.deepEqual(running.filter(isAlive), [], 'nothing runs any more');
  run('down', [], variables);

  run('demo', [], variables);
  const restarted = readEnv(join(directory, 'env'));
  assert.equal(restarted.BOOKING_API_KEY, env.BOOKING_API_KEY);
  assert.equal(Number(sql('SELECT count(*) FROM booking.bookings', {}, restarted.DATABASE_URL)), before + 2, 'the data are kept');
});
