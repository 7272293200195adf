// A restart of the server, however rough, gives nobody a second limit: calls stay counted, their times go on.
import assert from 'node:assert/strict';
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Machine, run } from './machine.mjs';
import { Salon, sql } from './support.mjs';

const limit = 3;
const machine = new Machine();
const postmasterFile = join(machine.cluster, 'data/postmaster.pid');
const tableFile = join(machine.cluster, 'data/pg_stat_tmp/pg_booking_rate_limits');
let salon;

before(() => {
  machine.startCluster();
  salon = new Salon({ database: machine.databaseUrl });
});

after(() => machine.remove());

const seconds = () => performance.now() / 1000;
const postmasterPid = () => Number(readFileSync(postmasterFile, 'utf8').split('\n')[0]);

/** A caller that may call `limit` times a minute. */
class Caller {
  constructor() {
    this.key = salon.client('all').key;
    sql(`UPDATE booking.api_keys AS k SET rate_limits = '{"catalog": ${limit}}' FROM booking.api_key_secrets AS s
      WHERE s.tenant_id = k.tenant_id AND s.api_key_id = k.id AND s.lookup_id = substr(:'key', 9, 6)`,
    { key: this.key }, machine.databaseUrl);
  }

  /** Calls through SQL, which needs no service. Resolves to { status, retryAfter, sentAt, answeredAt }. */
  call() {
    const sentAt = seconds();
    const [status, retryAfter] = sql(`SELECT status, headers ->> 'Retry-After' FROM booking.http_request('GET',
      '/v1/services?salonSlug=' || :'slug', jsonb_build_object('authorization', 'Bearer ' || :'key'))`,
    { slug: salon.slug, key: this.key }, machine.databaseUrl).split('|');
    return { status: Number(status), retryAfter: Number(retryAfter), sentAt, answeredAt: seconds() };
  }

  useUp() {
    const calls = Array.from({ length: limit }, () => this.call());
    assert.deepEqual(calls.map((call) => call.status), Array(limit).fill(200));
    [this.first] = calls;
  }

  /** The caller is refused, and told to come back a minute after its first call by a clock that the restart did not touch. */
  assertRefused() {
    const call = this.call();
    assert.equal(call.status, 429);
    assert.ok(call.retryAfter >= Math.ceil(60 - (call.answeredAt - this.first.sentAt)), `too early: ${call.retryAfter}`);
    assert.ok(call.retryAfter <= Math.ceil(60 - (call.sentAt - this.first.answeredAt)), `too late: ${call.retryAfter}`);
  }
}

async function untilGone(pid) {
  for (const deadline = seconds() + 30; ; await sleep(20)) {
    // A zombie nobody reaps is as dead as can be.
    if (!existsSync(`/proc/${pid}`) || /^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return;
    assert.ok(seconds() < deadline, `process ${pid} is still there`);
  }
}

/** Processes whose parent is this one. */
const children = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

async function startAgain(stop) {
  await stop();
  machine.startCluster();
}

const stopFast = () => run('cluster', ['stop', machine.cluster]);

const restarts = {
  'a restart': () => startAgain(stopFast),
  'a restart with -m immediate': () => startAgain(async () => {
    const pid = postmasterPid();
    process.kill(pid, 'SIGQUIT');
    await untilGone(pid);
  }),
  'kill -9 of the postmaster': () => startAgain(async () => {
    const pid = postmasterPid();
    const pids = [pid, ...children(pid)];
    process.kill(pid, 'SIGKILL');
    for (const gone of pids) await untilGone(gone);
  }),
  'kill -9 of a backend, which makes the server reset its shared memory': async () => {
    const [backend] = sql(`SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'`, {}, machine.databaseUrl).split('\n');
    process.kill(Number(backend), 'SIGKILL');
    await untilGone(Number(backend));
    for (const deadline = seconds() + 30; ; await sleep(50)) {
      try {
        sql('SELECT 1', {}, machine.databaseUrl);
        return;
      } catch (error) {
        assert.ok(seconds() < deadline, error.message);
      }
    }
  },
  'a restart with room for fewer callers': () => startAgain(() => {
    sql('ALTER SYSTEM SET pg_booking.rate_limit_entries = 2000', {}, machine.databaseUrl);
    stopFast();
  }),
};

for (const [name, restart] of Object.entries(restarts)) {
  test(name, async () => {
    const [usedUp, other] = [new Caller(), new Caller()];
    usedUp.useUp();
    usedUp.assertRefused();
    assert.equal(other.call().status, 200);
    await restart();
    usedUp.assertRefused();
    assert.deepEqual(Array.from({ length: limit }, () => other.call().status), [200, 200, 429], 'the other caller had one call behind it');
  });
}

/** Overwrites bytes of the file in which the calls are kept, while nobody runs. */
function damage(position, text) {
  const file = openSync(tableFile, 'r+');
  writeSync(file, text, position);
  closeSync(file);
}

test('a file from another run of the machine: nobody is admitted until the last call there must be a minute ago', async () => {
  const caller = new Caller();
  const first = caller.call();
  assert.equal(first.status, 200);
  const positionOfBootId = 40;
  await startAgain(() => {
    stopFast();
    damage(positionOfBootId, 'd0cbc1dc-55d6-4f3c-9a3c-1c2f3a1c9d2e');
  });
  const call = new Caller().call();
  assert.equal(call.status, 429, 'a new caller, too');
  // By the wall clock, as the times of another run mean nothing; so a second's tolerance.
  assert.ok(call.retryAfter >= Math.ceil(60 - (call.answeredAt - first.sentAt)) - 1, `too early: ${call.retryAfter}`);
  assert.ok(call.retryAfter <= 60);
});

test('a damaged file: nobody is admitted for a minute', async () => {
  await startAgain(() => {
    stopFast();
    damage(0, 'nonsense');
  });
  const call = new Caller().call();
  assert.equal(call.status, 429);
  assert.ok(call.retryAfter > 30 && call.retryAfter <= 60, `${call.retryAfter}`);
  assert.match(readFileSync(join(machine.cluster, 'postgres.log'), 'utf8'), /pg_booking: no call is admitted for 60 seconds/);
});
