// Processes die by kill -9 in the middle of a stream of bookings: every booking that was acknowledged is there afterwards.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Machine } from './machine.mjs';
import { localDate, Salon, sql } from './support.mjs';

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
  const { services } = await client.data(200, 'GET', `/services?salonSlug=${salon.slug}`);
  serviceId = services.find((service) => service.name === 'Advice').id;
  const { staff } = await client.data(200, 'GET', `/staff?salonSlug=${salon.slug}`);
  staffIds = staff.map((person) => person.id);
});

after(() => machine.remove());

/** All starts of a person's coming days, as search would list them: 48 quarters of an hour a day. */
function* starts(fromDay) {
  for (let day = fromDay; day < fromDay + 10; day++) {
    for (let quarter = 8 * 4; quarter < 20 * 4; quarter++) {
      const time = `${Math.floor(quarter / 4)}`.padStart(2, '0') + ':' + `${(quarter % 4) * 15}`.padStart(2, '0');
      yield { date: localDate(day), startTime: time };
    }
  }
}

/**
 * Books one start after the other with one person until `stream.stop`. A request whose answer never came, or was that the
 * database is away, is given up: nobody knows or promised anything about it.
 */
async function bookOneByOne(stream, staffId, fromDay) {
  const client = salon.client('all', machine.url);
  for (const start of starts(fromDay)) {
    if (stream.stop) return;
    client.url = machine.url; // a service that was started anew may have another port
    let answer;
    try {
      answer = await client.post('/bookings', {
        salonSlug: salon.slug, serviceId, staffId, ...start, guest: { name: 'Guest', email: `${staffId}@example.com` },
      });
    } catch {
      await sleep(100);
      continue;
    }
    if (answer.status === 201) stream.acknowledged.push(answer.body.data.booking);
    else if (answer.status === 503) await sleep(100);
    else stream.unexpected.push(answer);
  }
  stream.unexpected.push('ran out of free starts');
}

async function until(condition, what) {
  for (const deadline = Date.now() + 60_000; !condition(); await sleep(10)) {
    assert.ok(Date.now() < deadline, `waited a minute for ${what}`);
  }
}

/** A stream of bookings in which `disturb` does its worst; bookings must be acknowledged before and after. */
async function bookThrough(fromDay, disturb) {
  const stream = { acknowledged: [], unexpected: [], stop: false };
  const workers = staffIds.map((staffId) => bookOneByOne(stream, staffId, fromDay));
  try {
    await until(() => stream.acknowledged.length >= 40, 'bookings before the crash');
    await disturb();
    const before = stream.acknowledged.length;
    await until(() => stream.acknowledged.length >= before + 40, 'bookings after the crash');
  } finally {
    stream.stop = true;
    await Promise.all(workers);
  }
  assert.deepEqual(stream.unexpected, []);
  await assertAllThere(stream.acknowledged);
}

async function assertAllThere(acknowledged) {
  const inTable = new Set(sql(`SELECT booking.public_id('bkg', id) FROM booking.bookings
    WHERE tenant_id = :'tenant' AND status = 'confirmed'`, { tenant: salon.tenantId }, machine.databaseUrl).split('\n'));
  assert.deepEqual(acknowledged.filter((booking) => !inTable.has(booking.id)), [], 'acknowledged and lost');
  const client = salon.client('all', machine.url);
  for (const booking of [acknowledged[0], acknowledged.at(-1)]) {
    assert.deepEqual((await client.data(200, 'GET', `/bookings/${booking.id}`)).booking, booking);
  }
}

test('kill -9 of the service', async () => {
  await bookThrough(1, async () => {
    process.kill(machine.servicePid, 'SIGKILL');
    machine.startService();
  });
});

test('kill -9 of the backends that answer requests', async () => {
  await bookThrough(12, async () => {
    const pids = sql(`SELECT pid FROM pg_stat_activity WHERE usename = 'authenticator' AND pid <> pg_backend_pid()`, {},
      machine.databaseUrl);
    assert.notEqual(pids, '', 'the service has connections');
    for (const pid of pids.split('\n')) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch (error) {
        // The first death makes PostgreSQL end the others.
        if (error.code !== 'ESRCH') throw error;
      }
    }
  });
});
