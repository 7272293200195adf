// GET /v1/bookings?updatedSince: every change once, in an order in which nothing can appear behind the reader's back.
import assert from 'node:assert/strict';
import test, { before } from 'node:test';
import { localDate, Salon } from './support.mjs';

let salon;
let client;
let serviceId;
const started = new Date(Date.now() - 3_600_000).toISOString();

before(async () => {
  salon = new Salon();
  client = salon.client();
  const { services } = await client.data(200, 'GET', `/services?salonSlug=${salon.slug}`);
  serviceId = services.find((service) => service.name === 'Advice').id;
});

async function book(startTime) {
  const { booking } = await client.data(201, 'POST', '/bookings', {
    salonSlug: salon.slug, serviceId, date: localDate(3), startTime, guest: { name: 'Guest', email: 'guest@example.com' },
  });
  return booking.id;
}

function feed(cursor, since = started, limit = 2) {
  const query = new URLSearchParams({ salonSlug: salon.slug, updatedSince: since, limit, ...(cursor === null ? {} : { cursor }) });
  return client.data(200, 'GET', `/bookings?${query}`);
}

/** Reads on until a page is empty; returns the ids and where to go on. Other tests' transactions may hold changes back a moment. */
async function readUntil(count, cursor) {
  const ids = [];
  for (const deadline = Date.now() + 30_000; ids.length < count;) {
    assert.ok(Date.now() < deadline, `waited for ${count} changes, got ${ids.length}`);
    const page = await feed(cursor);
    assert.ok(page.bookings.length <= 2);
    ids.push(...page.bookings.map((booking) => booking.id));
    cursor = page.nextCursor;
  }
  return { ids, cursor };
}

test('five bookings in pages of two, then a cancellation, then nothing', async () => {
  assert.deepEqual(await feed(null), { bookings: [], nextCursor: null });
  const booked = [];
  for (const time of ['10:00', '10:15', '10:30', '10:45', '11:00']) booked.push(await book(time));
  const first = await readUntil(5, null);
  assert.deepEqual(first.ids, booked);
  await client.data(200, 'POST', `/bookings/${booked[1]}/cancel`, {});
  const second = await readUntil(1, first.cursor);
  assert.deepEqual(second.ids, [booked[1]]);
  const third = await feed(second.cursor);
  assert.deepEqual(third, { bookings: [], nextCursor: second.cursor }, 'the feed goes on from the same place');
});

test('updatedSince leaves earlier changes out, in any offset', async () => {
  const { booking } = await client.data(200, 'GET', `/bookings/${await book('14:00')}`);
  assert.equal((await readUntil(6, null)).ids.at(-1), booking.id);
  const at = await feed(null, booking.updatedAt, 100);
  assert.deepEqual(at.bookings.map((one) => one.id), [booking.id], 'a change at that very moment is among them');
  const otherOffset = booking.updatedAt.replace('Z', '+00:00');
  assert.deepEqual((await feed(null, otherOffset, 100)).bookings.map((one) => one.id), [booking.id]);
  const later = new Date(Date.parse(booking.updatedAt) + 1).toISOString();
  assert.deepEqual((await feed(null, later, 100)).bookings, []);
});

test('a cursor is good for its own updatedSince only', async () => {
  const { nextCursor } = await feed(null);
  const query = new URLSearchParams({ salonSlug: salon.slug, updatedSince: '2001-01-01T00:00:00Z', limit: 2, cursor: nextCursor });
  const answer = await client.get(`/bookings?${query}`);
  assert.equal(answer.status, 400);
  assert.deepEqual(Object.keys(answer.body.error.details.fields), ['cursor']);
});
