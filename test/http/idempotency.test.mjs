// Idempotency-Key: a request sent many times, at once or again after a process died by kill -9, has its effect once, and every
// answer to it is the same.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import test, { after, before, describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Machine } from './machine.mjs';
import { assertSuccess, databaseUrl, localDate, Salon, sql } from './support.mjs';

const clientCount = 32;

async function serviceIdOf(client, salon, name) {
  const { services } = await client.data(200, 'GET', `/services?salonSlug=${salon.slug}`);
  return services.find((service) => service.name === name).id;
}

/** Sends a booking under a key. */
function book(client, key, body) {
  return client.request('POST', '/bookings', body, { 'idempotency-key': key });
}

function assertConflict(answer, code) {
  assert.equal(answer.body.error?.code, code, JSON.stringify(answer.body));
  assert.equal(answer.status, 409);
  assert.equal(answer.body.error.retryable, code === 'idempotency.in_progress');
}

/** What all answers to one request have in common. */
function essence({ status, body: { ok, data, error } }) {
  return { status, ok, data, error };
}

const isInProgress = ({ body }) => body.error?.code === 'idempotency.in_progress';
const isReplay = ({ body }) => body.meta.idempotent === true;

describe('at once', () => {
  let salon;
  let clients;
  let serviceId;

  before(async () => {
    salon = new Salon();
    clients = Array.from({ length: clientCount }, () => salon.client());
    serviceId = await serviceIdOf(clients[0], salon, 'Haircut');
  });

  function wish(startTime, changes = {}) {
    return { salonSlug: salon.slug, serviceId, date: localDate(3), startTime, guest: { name: 'Guest', email: 'guest@example.com' }, ...changes };
  }

  /** Sends again until there is more to say than that the first request is still running. */
  async function bookUntilAnswered(client, key, body) {
    for (const deadline = Date.now() + 60_000; ; await sleep(100)) {
      const answer = await book(client, key, body);
      if (!isInProgress(answer)) return answer;
      assertConflict(answer, 'idempotency.in_progress');
      assert.equal(answer.headers.get('retry-after'), '1');
      assert.ok(Date.now() < deadline, 'in progress for a minute');
    }
  }

  function countBookings(startTime) {
    return Number(sql(`SELECT count(*) FROM booking.bookings AS b JOIN booking.locations AS l ON l.tenant_id = b.tenant_id AND l.id = b.location_id
      WHERE b.tenant_id = :'tenant' AND (b.starts_at AT TIME ZONE l.time_zone)::time = :'start'`, { tenant: salon.tenantId, start: startTime }));
  }

  test(`${clientCount} clients, one key, one body: one effect, equal answers`, async () => {
    const key = randomUUID();
    const answers = await Promise.all(clients.map((client) => bookUntilAnswered(client, key, wish('09:00'))));
    for (const answer of answers) {
      assert.equal(answer.status, 201, JSON.stringify(answer.body));
      assertSuccess(answer);
      assert.deepEqual(essence(answer), essence(answers[0]));
      assert.equal(answer.headers.get('idempotent-replayed'), isReplay(answer) ? 'true' : null);
    }
    assert.equal(answers.filter(isReplay).length, clientCount - 1, 'all but one are told that they repeat');
    assert.equal(new Set(answers.map((answer) => answer.body.meta.requestId)).size, clientCount, 'request ids are of the single request');
    assert.equal(countBookings('09:00'), 1);
  });

  test('one differing body: exactly one mismatch', async () => {
    const key = randomUUID();
    const first = await book(clients[0], key, wish('10:00'));
    assert.equal(first.status, 201);
    const answers = await Promise.all(clients.map((client, index) =>
      bookUntilAnswered(client, key, wish('10:00', index === 17 ? { note: 'Another one' } : {}))));
    const [mismatch] = answers.splice(17, 1);
    assertConflict(mismatch, 'idempotency.payload_mismatch');
    for (const answer of answers) assert.deepEqual(essence(answer), essence(first));
    assert.equal(countBookings('10:00'), 1);
  });

  test('two bodies race for a key: one has its effect, the other is a mismatch everywhere', async () => {
    const key = randomUUID();
    const starts = ['11:00', '12:00'];
    const answers = await Promise.all(clients.map((client, index) => bookUntilAnswered(client, key, wish(starts[index % 2]))));
    const [winner] = starts.filter((start) => countBookings(start) === 1);
    assert.equal(countBookings(starts[0]) + countBookings(starts[1]), 1);
    answers.forEach((answer, index) => {
      if (starts[index % 2] === winner) assert.equal(answer.body.data?.booking.startTime, winner, JSON.stringify(answer.body));
      else assertConflict(answer, 'idempotency.payload_mismatch');
    });
  });

  test('a refusal is shared too: it stays the answer when it would not be given any more', async () => {
    const taken = await clients[0].data(201, 'POST', '/bookings', wish('13:00'));
    const key = randomUUID();
    const answers = await Promise.all(clients.map((client) => bookUntilAnswered(client, key, wish('13:00'))));
    for (const answer of answers) assertConflict(answer, 'booking.slot_unavailable');
    await clients[0].data(200, 'POST', `/bookings/${taken.booking.id}/cancel`, {});
    assert.deepEqual(essence(await book(clients[0], key, wish('13:00'))), essence(answers[0]));
    assert.equal((await book(clients[0], randomUUID(), wish('13:00'))).status, 201);
  });

  test('one cancellation with one key: all are told the same success', async () => {
    const { booking } = await clients[0].data(201, 'POST', '/bookings', wish('14:00'));
    const key = randomUUID();
    const answers = await Promise.all(clients.map((client) =>
      client.request('POST', `/bookings/${booking.id}/cancel`, {}, { 'idempotency-key': key })));
    for (const answer of answers.filter((each) => !isInProgress(each))) {
      assert.equal(answer.body.data?.booking.status, 'cancelled', JSON.stringify(answer.body));
      assert.equal(answer.body.data.booking.version, 2);
    }
    assert.ok(answers.some((answer) => answer.status === 200));
  });

  test('a key whose 24 hours are over, many times at once: one new effect', async () => {
    const key = randomUUID();
    const first = await book(clients[0], key, wish('16:00'));
    sql(`UPDATE booking.idempotency_keys SET expires_at = now() WHERE tenant_id = :'tenant' AND key = :'key'`, { tenant: salon.tenantId, key });
    const answers = await Promise.all(clients.map((client) => bookUntilAnswered(client, key, wish('17:00'))));
    for (const answer of answers) assert.deepEqual(essence(answer), essence(answers[0]));
    assert.equal(answers.filter(isReplay).length, clientCount - 1);
    assert.notEqual(answers[0].body.data.booking.id, first.body.data.booking.id);
    assert.equal(countBookings('17:00'), 1);
  });

  test('while the first request does not end: in progress, come back in a second', async () => {
    const key = randomUUID();
    const body = JSON.stringify(wish('15:00'));
    // Somebody begins the same request and does not commit.
    const session = spawn('psql', ['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', '-d', databaseUrl]);
    const ended = once(session, 'close');
    try {
      session.stdin.write(`BEGIN;
        SELECT status FROM booking.http_request('POST', '/v1/bookings', '${JSON.stringify({
          authorization: `Bearer ${clients[0].key}`, 'content-type': 'application/json', 'idempotency-key': key,
        })}', '${body}');\n`);
      assert.equal(String((await once(session.stdout, 'data'))[0]).trim(), '201');
      const answer = await book(clients[1], key, body);
      assertConflict(answer, 'idempotency.in_progress');
      assert.equal(answer.headers.get('retry-after'), '1');
      session.stdin.end('COMMIT;\n');
      assert.deepEqual(await ended, [0, null]);
    } finally {
      session.kill();
    }
    const answer = await book(clients[1], key, body);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    assert.ok(isReplay(answer));
    assert.equal(countBookings('15:00'), 1);
  });
});

describe('kill -9', () => {
  const workerCount = 4;
  const machine = new Machine();
  let salon;
  let serviceId;
  let staffIds;

  before(async () => {
    machine.startCluster();
    machine.startService();
    salon = new Salon({ people: workerCount, database: machine.databaseUrl });
    const client = salon.client('all', machine.url);
    serviceId = await serviceIdOf(client, salon, 'Advice');
    staffIds = (await client.data(200, 'GET', `/staff?salonSlug=${salon.slug}`)).staff.map((person) => person.id);
  });

  after(() => machine.remove());

  /** The answer, or nothing when none came that says what became of the request. */
  async function attempt(client, { key, body }) {
    client.url = machine.url; // a service that was started anew may have another port
    try {
      const answer = await book(client, key, body);
      return answer.status === 503 || isInProgress(answer) ? undefined : answer;
    } catch {
      return undefined;
    }
  }

  /** Books one quarter of an hour after the other with one person, each under a key of its own, until the stream stops. */
  async function bookOneByOne(stream, staffId, fromDay) {
    const client = salon.client('all', machine.url);
    for (let slot = 0; !stream.stop; slot++) {
      const minutes = 8 * 60 + (slot % 48) * 15;
      const startTime = `${Math.floor(minutes / 60)}`.padStart(2, '0') + ':' + `${minutes % 60}`.padStart(2, '0');
      const request = { key: randomUUID(), body: {
        salonSlug: salon.slug, serviceId, staffId, date: localDate(fromDay + Math.floor(slot / 48)), startTime,
        guest: { name: 'Guest', email: `${staffId}@example.com` },
      } };
      request.answer = await attempt(client, request);
      stream.requests.push(request);
      if (request.answer === undefined) await sleep(50);
    }
  }

  const answered = (stream) => stream.requests.filter((request) => request.answer !== undefined).length;

  async function until(condition, what) {
    for (const deadline = Date.now() + 60_000; !condition(); await sleep(10)) assert.ok(Date.now() < deadline, `waited a minute for ${what}`);
  }

  /** A stream of bookings in which `disturb` does its worst; then every request is sent again, under its key. */
  async function repeatAfter(fromDay, disturb) {
    const stream = { requests: [], stop: false };
    const workers = staffIds.map((staffId) => bookOneByOne(stream, staffId, fromDay));
    try {
      await until(() => answered(stream) >= 40, 'bookings before the crash');
      await disturb();
      const before = answered(stream);
      await until(() => answered(stream) >= before + 20, 'bookings after the crash');
    } finally {
      stream.stop = true;
      await Promise.all(workers);
    }
    assert.notEqual(answered(stream), stream.requests.length, 'a request was hit');

    const client = salon.client('all', machine.url);
    const bookings = new Set();
    for (const request of stream.requests) {
      let again;
      for (const deadline = Date.now() + 60_000; again === undefined; again = await attempt(client, request)) {
        assert.ok(Date.now() < deadline, 'no answer for a minute');
      }
      assert.equal(again.status, 201, JSON.stringify(again.body));
      if (request.answer !== undefined) {
        assert.deepEqual(essence(again), essence(request.answer));
        assert.ok(isReplay(again), 'what was acknowledged is not done again');
      }
      bookings.add(again.body.data.booking.id);
    }
    assert.equal(bookings.size, stream.requests.length, 'each request has a booking of its own');
    const made = sql(`SELECT booking.public_id('bkg', id) FROM booking.bookings WHERE tenant_id = :'tenant' AND starts_at >= :'day'`,
      { tenant: salon.tenantId, day: localDate(fromDay) }, machine.databaseUrl).split('\n');
    assert.deepEqual(new Set(made), bookings, 'and there is no other');
    assert.equal(made.length, bookings.size);
  }

  test('of the service', () => repeatAfter(1, () => {
    process.kill(machine.servicePid, 'SIGKILL');
    machine.startService();
  }));

  // Waits in the database, so that requests go on meanwhile.
  const findBackendAtWork = `DO $$
    DECLARE
      pid integer;
    BEGIN
      LOOP
        PERFORM pg_stat_clear_snapshot();
        SELECT a.pid INTO pid FROM pg_stat_activity AS a WHERE a.usename = 'authenticator' AND a.state = 'active' LIMIT 1;
        EXIT WHEN pid IS NOT NULL;
      END LOOP;
      RAISE NOTICE '%', pid;
    END $$`;

  test('of a backend in the middle of a request', () => repeatAfter(20, async () => {
    const { stderr } = await promisify(execFile)('psql', ['-X', '-q', '-d', machine.databaseUrl, '-c', findBackendAtWork]);
    process.kill(Number(stderr.match(/NOTICE: *(\d+)/)[1]), 'SIGKILL');
  }));
});
