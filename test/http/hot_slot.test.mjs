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
    assert.match(body.error.details.reason, /^(busy|capacity)$/);
    assert.notEqual(body.error.details.nextAvailableStartTime, null);
  }
  const [booked, overlaps] = sql(`
    SELECT count(DISTINCT a.id), count(b.id) FROM booking.bookings AS a
    LEFT JOIN booking.bookings AS b ON b.tenant_id = a.tenant_id AND b.id <> a.id
      AND (b.staff_id = a.staff_id OR b.resource_ids && a.resource_ids)
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

/** Lets the service "Advice" need a room, of which there are so many. */
function giveRooms(salon, rooms) {
  sql(`
    WITH kind AS (INSERT INTO booking.resource_kinds (tenant_id, name) VALUES (:'tenant', 'Room') RETURNING *),
    unit AS (
      INSERT INTO booking.resources (tenant_id, kind_id, location_id, name)
      SELECT kind.tenant_id, kind.id, place.id, 'Room ' || n FROM kind JOIN booking.locations AS place USING (tenant_id), generate_series(1, :rooms) AS n)
    INSERT INTO booking.service_resources (tenant_id, service_id, kind_id)
    SELECT kind.tenant_id, service.id, kind.id FROM kind JOIN booking.services AS service USING (tenant_id) WHERE service.name = 'Advice'`,
  { tenant: salon.tenantId, rooms });
}

async function race(t, { people, rooms, places, byName }) {
  const salon = new Salon({ people });
  if (rooms) giveRooms(salon, rooms);
  const clients = salon.clients(clientCount);
  const { services } = await clients[0].data(200, 'GET', `/services?salonSlug=${salon.slug}`);
  const { staff } = await clients[0].data(200, 'GET', `/staff?salonSlug=${salon.slug}`);
  const before = deadlocks();
  const calls = await chase(clients, {
    salonSlug: salon.slug, serviceId: services.find((service) => service.name === 'Advice').id,
    ...(byName ? { staffId: staff[0].id } : {}),
  });
  const slots = assertWinners(calls, places, salon);
  assert.equal(deadlocks(), before, 'deadlocks');
  const times = (status) => percentiles(calls.filter((call) => call.status === status));
  t.diagnostic(`${slots} slots; won: ${times(201)}; lost: ${times(409)}`);
}

test('64 clients, a new slot of one person every 50 ms: one wins each', (t) => race(t, { people: 1, places: 1, byName: true }));
test('64 clients, either of two people: two win each', (t) => race(t, { people: 2, places: 2 }));
test('64 clients, three people who share two rooms: two win each', (t) => race(t, { people: 3, rooms: 2, places: 2 }));
