// Many clients want the same time at once: one gets it, all others learn the next free start, and the table agrees.
import assert from 'node:assert/strict';
import test, { before } from 'node:test';
import { assertError, localDate, Salon, sql } from './support.mjs';

const clientCount = 32;
const day = localDate(2);

let salon;
let clients;
let serviceId;
let staffIds;

before(async () => {
  salon = new Salon({ people: 2 });
  clients = salon.clients(clientCount);
  const { services } = await clients[0].data(200, 'GET', `/services?salonSlug=${salon.slug}`);
  serviceId = services.find((service) => service.name === 'Haircut').id;
  const { staff } = await clients[0].data(200, 'GET', `/staff?salonSlug=${salon.slug}`);
  staffIds = staff.map((person) => person.id);
});

/** Every client sends its wish at the same time; resolves to the answers. */
function race(wishOf) {
  return Promise.all(clients.map((client, index) => client.post('/bookings', {
    salonSlug: salon.slug, serviceId, date: day, guest: { name: `Guest ${index}`, email: `guest${index}@example.com` },
    ...wishOf(index),
  })));
}

/** Checks that so many won and all others were refused, and returns the refusals' details. */
function assertWinners(answers, count) {
  const statuses = answers.map((answer) => answer.status);
  assert.deepEqual(statuses.filter((status) => status !== 201 && status !== 409), [], 'nothing but 201 and 409');
  assert.equal(statuses.filter((status) => status === 201).length, count, 'winners');
  const refusals = answers.filter((answer) => answer.status === 409);
  for (const refusal of refusals) assertError(refusal, 409, 'booking.slot_unavailable', () => {});
  return refusals.map((refusal) => refusal.body.error.details);
}

function assertNoOverlap() {
  const overlaps = sql(`
    SELECT count(*) FROM booking.bookings AS a
    JOIN booking.bookings AS b USING (tenant_id, staff_id)
    WHERE tenant_id = :'tenant' AND a.id < b.id AND a.status = 'confirmed' AND b.status = 'confirmed'
      AND tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)`, { tenant: salon.tenantId });
  assert.equal(overlaps, '0', 'overlapping bookings');
}

test('32 clients, one slot of one person: one wins', async () => {
  const details = assertWinners(await race(() => ({ staffId: staffIds[0], startTime: '10:00' })), 1);
  for (const detail of details) {
    assert.deepEqual(detail, {
      reason: 'busy', requestedDate: day, requestedStartTime: '10:00', nextAvailableDate: day, nextAvailableStartTime: '10:45',
    });
  }
  assertNoOverlap();
});

test('32 clients, overlapping slots of one person: one wins', async () => {
  const starts = ['13:00', '13:15', '13:30'];
  const details = assertWinners(await race((index) => ({ staffId: staffIds[0], startTime: starts[index % 3] })), 1);
  for (const detail of details) assert.match(detail.nextAvailableStartTime, /^(13:45|14:00|14:15)$/);
  assertNoOverlap();
});

test('32 clients, one time, either of two people: two win', async () => {
  const answers = await race(() => ({ startTime: '16:00' }));
  assertWinners(answers, 2);
  const winners = answers.filter((answer) => answer.status === 201).map((answer) => answer.body.data.booking.staffId);
  assert.deepEqual(winners.sort(), [...staffIds].sort());
  assertNoOverlap();
});

test('32 clients of one guest, who is made once', async () => {
  const guest = { name: 'Twin', email: 'twin@example.com' };
  const slots = Array.from({ length: clientCount / 2 }, (_, index) => `${8 + Math.floor(index / 4)}:${['00', '15', '30', '45'][index % 4]}`);
  const answers = await race((index) => ({
    guest, date: localDate(4 + (index % 2)), startTime: slots[Math.floor(index / 2)].padStart(5, '0'), staffId: staffIds[0],
  }));
  assert.deepEqual(answers.filter((answer) => ![201, 409].includes(answer.status)), []);
  const customers = sql(`SELECT count(*) FROM booking.customers WHERE tenant_id = :'tenant' AND email = 'twin@example.com'`,
    { tenant: salon.tenantId });
  assert.equal(customers, '1');
  assertNoOverlap();
});

test('32 clients cancel one booking: one does', async () => {
  const { booking } = await clients[0].data(201, 'POST', '/bookings', {
    salonSlug: salon.slug, serviceId, date: localDate(6), startTime: '10:00', guest: { name: 'G', email: 'g@example.com' },
  });
  const answers = await Promise.all(clients.map((client) => client.post(`/bookings/${booking.id}/cancel`)));
  assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
  for (const refused of answers.filter((answer) => answer.status !== 200)) {
    assertError(refused, 409, 'booking.invalid_state', { status: 'cancelled', requested: 'cancelled' });
  }
});
