// 64 clients, all after the one slot of the moment, and every 50 ms another one: each slot gets its winner, nobody waits for a
// deadlock, losers are told at once.
//   HOT_SLOT_SECONDS=10 node --test test/http/hot_slot.test.mjs     the full length; by default two seconds a test
import assert from 'node:assert/strict';
import test from 'node:test';
import { localDate, Salon, sql } from './support.mjs';

const seconds = Number(process.env.HOT_SLOT_SECONDS ?? 2);
const clientCount = 64;
const slotMilliseconds = 50;
const slotsPerDay = 48; // of a quarter of an hour, from 8 to 20

/** Date and time of the slot with this number. */
function slotOf(number) {
  const minutes = 8 * 60 + (number % slotsPerDay) * 15;
  const two = (value) => String(value).padStart(2, '0');
  return { date: localDate(2 + Math.floor(number / slotsPerDay)), startTime: `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}` };
}

/** Every client asks for the slot of the moment again and again. Resolves to { slot, status, body, milliseconds } of every call. */
async function chase(clients, wish) {
  const begin = performance.now();
  const calls = [];
  await Promise.all(clients.map(async (client, index) => {
    for (let sentAt = begin; sentAt < begin + seconds * 1000;) {
      const slot = Math.floor((sentAt - begin) / slotMilliseconds);
      const { status, body } = await client.post('/bookings', { ...wish, ...slotOf(slot), guest: { name: 'Guest', email: `guest${index}@example.com` } });
      const answeredAt = performance.now();
      calls.push({ slot, status, body, milliseconds: answeredAt - sentAt });
      sentAt = answeredAt;
    }
  }));
  return calls;
}

function percentiles(calls) {
  const times = calls.map((call) => call.milliseconds).sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(1);
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)} ms of ${times.length}`;
}

/** Checks that every slot that was asked for was won as often as `places` allow, and the table agrees. */
function assertWinners(calls, places, salon) {
  assert.deepEqual(calls.filter(({ status }) => status !== 201 && status !== 409), [], 'nothing but 201 and 409');
  const slots = [...new Set(calls.map((call) => call.slot))];
  for (const slot of slots) {
    const ofSlot = calls.filter((call) => call.slot === slot);
    const winners = ofSlot.filter((call) => call.status === 201).length;
    assert.equal(winners, Math.min(places, ofSlot.length), `winners of slot ${slot}, asked for ${ofSlot.length} times`);
  }
  for (const { body } of calls.filter(({ status }) => status === 409)) {
    assert.equal(body.error.code, 'booking.slot_unavailable');
    assert.equal(body.error.details.reason, 'busy');
    assert.notEqual(body.error.details.nextAvailableStartTime, null);
  }
  const [booked, overlaps] = sql(`
    SELECT count(DISTINCT a.id), count(b.id) FROM booking.bookings AS a
    LEFT JOIN booking.bookings AS b ON b.tenant_id = a.tenant_id AND b.staff_id = a.staff_id AND b.id <> a.id
      AND tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)
    WHERE a.tenant_id = :'tenant'`, { tenant: salon.tenantId }).split('|').map(Number);
  assert.equal(booked, calls.filter(({ status }) => status === 201).length, 'bookings in the table');
  assert.equal(overlaps, 0, 'overlapping bookings');
  assert.ok(slots.length >= 2, 'slots asked for');
  return slots.length;
}

function deadlocks() {
  return Number(sql('SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()'));
}

for (const { people, asked } of [{ people: 1, asked: 'one person' }, { people: 2, asked: 'either of two people' }]) {
  test(`64 clients, a new slot of ${asked} every 50 ms: ${people === 1 ? 'one wins' : 'two win'} each`, async (t) => {
    const salon = new Salon({ people });
    const clients = salon.clients(clientCount);
    const { services } = await clients[0].data(200, 'GET', `/services?salonSlug=${salon.slug}`);
    const { staff } = await clients[0].data(200, 'GET', `/staff?salonSlug=${salon.slug}`);
    const wish = {
      salonSlug: salon.slug, serviceId: services.find((service) => service.name === 'Advice').id,
      ...(people === 1 ? { staffId: staff[0].id } : {}),
    };
    const before = deadlocks();
    const calls = await chase(clients, wish);
    const slots = assertWinners(calls, people, salon);
    assert.equal(deadlocks(), before, 'deadlocks');
    t.diagnostic(`${slots} slots; won: ${percentiles(calls.filter(({ status }) => status === 201))}; lost: ${percentiles(calls.filter(({ status }) => status === 409))}`);
  });
}
