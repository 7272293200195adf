// The five phases of a booking, every field and type of the answers, lists and cancellation.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  assertError, assertShape, assertSuccess, date, id, instant, localDate, nullOr, Salon, shapes, sql, text, time, whole,
} from './support.mjs';

const guest = { name: 'Kiss Éva', email: 'eva@example.com', phone: '+36301112233' };

/** Ids of the salon's services, by name, and of its people, in order. */
async function catalogue(client, slug) {
  const { services } = await client.data(200, 'GET', `/services?salonSlug=${slug}`);
  const { staff } = await client.data(200, 'GET', `/staff?salonSlug=${slug}`);
  return {
    services: Object.fromEntries(services.map((service) => [service.name, service])),
    staff: staff.map((person) => person.id),
  };
}

async function setUp(options) {
  const salon = new Salon(options);
  const client = salon.client();
  return { salon, client, slug: salon.slug, ...(await catalogue(client, salon.slug)) };
}

test('a booking from the catalogue to its cancellation', async () => {
  const { client, slug, services, staff } = await setUp();
  const haircut = services.Haircut;
  const tomorrow = localDate(1);

  assert.equal(haircut.durationMinutes, 45);
  assert.equal(haircut.priceType, 'fixed');
  assert.deepEqual(haircut.price, { amount: 4500, currency: 'HUF' });
  assert.equal(services.Advice.price, null);
  assert.equal(services.Advice.priceType, 'free');

  const search = await client.post('/availability/search', {
    salonSlug: slug, serviceId: haircut.id, dateRange: { from: tomorrow, to: tomorrow },
  });
  assert.equal(search.status, 200);
  assertSuccess(search);
  assertShape(search.body.data, { timezone: 'Europe/Budapest', slots: [shapes.slot] });
  const { slots } = search.body.data;
  assert.equal(search.body.meta.truncated, false);
  assert.equal(search.body.meta.returnedSlots, slots.length);
  assert.equal(slots.length, (12 * 60 - 45) / 15 + 1);
  assert.equal(slots[0].startTime, '08:00');
  assert.equal(slots[0].endTime, '08:45');
  assert.equal(slots.at(-1).endTime, '20:00');
  assert.ok(slots.every((slot) => slot.staffId === staff[0] && slot.date === tomorrow));

  const { booking } = await client.data(201, 'POST', '/bookings', {
    salonSlug: slug, serviceId: haircut.id, staffId: staff[0], date: tomorrow, startTime: '10:00', guest,
    note: 'Short, please.', pricingVersion: haircut.pricingVersion,
  });
  assertShape(booking, {
    ...shapes.booking,
    salonSlug: slug,
    locationSlug: 'main',
    serviceId: haircut.id,
    serviceName: 'Haircut',
    staffId: staff[0],
    status: 'confirmed',
    date: tomorrow,
    startTime: '10:00',
    endTime: '10:45',
    timezone: 'Europe/Budapest',
    durationMinutes: 45,
    price: { amount: 4500, currency: 'HUF' },
    priceType: 'fixed',
    pricingVersion: haircut.pricingVersion,
    guest,
    note: 'Short, please.',
    source: 'api',
    proposal: null,
    cancellation: null,
    version: 1,
  });
  assert.equal(Date.parse(booking.endsAt) - Date.parse(booking.startsAt), 45 * 60_000);
  assert.equal(Date.parse(booking.startsAt) - Date.parse(booking.cancelDeadlineAt), 24 * 3_600_000);

  assert.deepEqual((await client.data(200, 'GET', `/bookings/${booking.id}`)).booking, booking);
  assert.deepEqual((await client.data(200, 'GET', `/bookings/${booking.id}?salonSlug=${slug}`)).booking, booking);
  assert.deepEqual((await client.data(200, 'GET', `/bookings?salonSlug=${slug}`)).bookings, [booking]);

  const taken = await client.data(200, 'POST', '/availability/search', {
    salonSlug: slug, serviceId: haircut.id, staffId: staff[0], dateRange: { from: tomorrow, to: tomorrow },
  });
  const starts = taken.slots.map((slot) => slot.startTime);
  assert.deepEqual(starts.filter((start) => start > '09:15' && start < '10:45'), [], 'nothing overlaps the booking');
  assert.ok(starts.includes('09:15') && starts.includes('10:45'), 'touching it is allowed');

  const { booking: cancelled } = await client.data(200, 'POST', `/bookings/${booking.id}/cancel`, { reason: 'Ill' });
  assertShape(cancelled, { ...shapes.booking, id: booking.id, status: 'cancelled', version: 2,
    cancellation: { by: 'provider', reason: 'Ill', at: instant } });

  const { events } = await client.data(200, 'GET', `/bookings/${booking.id}/events`);
  assertShape(events, [shapes.event]);
  assert.deepEqual(
    events.map((event) => [event.sequence, event.event, event.fromStatus, event.toStatus, event.actor.type, event.reason]),
    [
      [1, 'booking.requested', null, 'pending', 'api_key', null],
      [2, 'booking.confirmed', 'pending', 'confirmed', 'system', null],
      [3, 'booking.cancelled', 'confirmed', 'cancelled', 'api_key', 'Ill'],
    ],
  );

  const again = await client.data(200, 'POST', '/availability/search', {
    salonSlug: slug, serviceId: haircut.id, dateRange: { from: tomorrow, to: tomorrow },
  });
  assert.deepEqual(again.slots, slots, 'its time is free again');
});

test('lists of services and people', async () => {
  const { client, slug } = await setUp({ people: 3 });
  const services = await client.get(`/services?salonSlug=${slug}`);
  assertSuccess(services);
  assertShape(services.body.data, { services: [shapes.service] });
  assert.deepEqual(services.body.data.services.map((service) => service.name), ['Haircut', 'Advice']);

  const staff = await client.get(`/staff?salonSlug=${slug}&locationSlug=main`);
  assertSuccess(staff);
  assertShape(staff.body.data, { staff: [shapes.person] });
  assert.deepEqual(staff.body.data.staff.map((person) => person.name), ['Person 1', 'Person 2', 'Person 3']);
  for (const person of staff.body.data.staff) {
    assert.deepEqual(person.serviceIds, services.body.data.services.map((service) => service.id));
  }
});

test('HEAD answers as GET does, without a body', async () => {
  const { client, slug } = await setUp();
  const answer = await client.request('HEAD', `/services?salonSlug=${slug}`);
  assert.equal(answer.status, 200);
  assert.equal(answer.body, undefined);
  assertShape(answer.headers.get('x-request-id'), id('req'));
});

test('with approval by hand a booking waits', async () => {
  const { client, slug, services } = await setUp({ approval: 'manual' });
  const { booking } = await client.data(201, 'POST', '/bookings', {
    salonSlug: slug, serviceId: services.Advice.id, date: localDate(2), startTime: '09:15',
    guest: { name: 'Bo', email: 'bo@example.com' },
  });
  assertShape(booking, { ...shapes.booking, status: 'pending', price: null, priceType: 'free',
    guest: { name: 'Bo', email: 'bo@example.com', phone: null }, note: null });
  const { events } = await client.data(200, 'GET', `/bookings/${booking.id}/events`);
  assert.deepEqual(events.map((event) => event.event), ['booking.requested']);
});

test('without a person named, whoever has the fewest bookings that day serves', async () => {
  const { client, slug, services, staff } = await setUp({ people: 2 });
  const book = async (startTime) => (await client.data(201, 'POST', '/bookings', {
    salonSlug: slug, serviceId: services.Haircut.id, date: localDate(3), startTime, guest,
  })).booking.staffId;
  assert.equal(await book('08:00'), staff[0]);
  assert.equal(await book('12:00'), staff[1]);
  assert.equal(await book('12:00'), staff[0]);
});

test('a taken time is refused with the next free start', async () => {
  const { client, slug, services, staff } = await setUp();
  const day = localDate(1);
  const wish = { salonSlug: slug, serviceId: services.Haircut.id, staffId: staff[0], date: day, startTime: '10:00', guest };
  await client.data(201, 'POST', '/bookings', wish);
  assertError(await client.post('/bookings', wish), 409, 'booking.slot_unavailable', {
    reason: 'busy', requestedDate: day, requestedStartTime: '10:00', nextAvailableDate: day, nextAvailableStartTime: '10:45',
  });
  await client.data(201, 'POST', '/bookings', { ...wish, startTime: '10:45' });
});

test('times that search does not offer cannot be booked', async () => {
  const { client, slug, services } = await setUp();
  const wish = { salonSlug: slug, serviceId: services.Haircut.id, date: localDate(1), startTime: '10:00', guest };
  const refusal = { reason: text, requestedDate: date, requestedStartTime: time, nextAvailableDate: nullOr(date),
    nextAvailableStartTime: nullOr(time) };
  for (const [startTime, reason] of [['10:07', 'off_grid'], ['07:45', 'closed'], ['19:30', 'closed']]) {
    assertError(await client.post('/bookings', { ...wish, startTime }), 409, 'booking.slot_unavailable', { ...refusal, reason });
  }
  for (const [days, reason] of [[-1, 'notice'], [400, 'horizon']]) {
    const refused = await client.post('/bookings', { ...wish, date: localDate(days) });
    assertError(refused, 409, 'booking.outside_booking_window', { ...refusal, reason });
  }
  assertError(await client.post('/bookings', { ...wish, pricingVersion: '0123456789ab' }), 409, 'booking.pricing_changed',
    { pricingVersion: services.Haircut.pricingVersion });
});

test('a booking is cancelled once', async () => {
  const { client, slug, services } = await setUp();
  const { booking } = await client.data(201, 'POST', '/bookings', {
    salonSlug: slug, serviceId: services.Haircut.id, date: localDate(5), startTime: '10:00', guest,
  });
  const { booking: cancelled } = await client.data(200, 'POST', `/bookings/${booking.id}/cancel`, { initiator: 'guest' });
  assertShape(cancelled.cancellation, { by: 'guest', reason: null, at: instant });
  assertError(await client.post(`/bookings/${booking.id}/cancel`), 409, 'booking.invalid_state',
    { status: 'cancelled', requested: 'cancelled' });
});

test('a guest cannot cancel after the deadline, the provider can', async () => {
  const { salon, client, slug, services } = await setUp();
  sql(`UPDATE booking.tenants SET cancel_deadline_minutes = 7 * 24 * 60 WHERE tenant_id = :'tenant'`, { tenant: salon.tenantId });
  const { booking } = await client.data(201, 'POST', '/bookings', {
    salonSlug: slug, serviceId: services.Haircut.id, date: localDate(2), startTime: '10:00', guest,
  });
  assertError(await client.post(`/bookings/${booking.id}/cancel`, { initiator: 'guest' }), 409, 'booking.cancel_deadline_passed',
    { cause: 'deadline', deadlineAt: booking.cancelDeadlineAt });
  await client.data(200, 'POST', `/bookings/${booking.id}/cancel`);
});

test('a cancellation needs no body', async () => {
  const { client, slug, services } = await setUp();
  const { booking } = await client.data(201, 'POST', '/bookings', {
    salonSlug: slug, serviceId: services.Haircut.id, date: localDate(5), startTime: '10:00', guest,
  });
  await client.data(200, 'POST', `/bookings/${booking.id}/cancel`, undefined);
});

test('a list of bookings, filtered and paged', async () => {
  const { client, slug, services, staff } = await setUp({ people: 2 });
  const book = async (days, startTime, staffId, service = 'Haircut') => (await client.data(201, 'POST', '/bookings', {
    salonSlug: slug, serviceId: services[service].id, staffId, date: localDate(days), startTime, guest,
  })).booking.id;
  const a = await book(1, '10:00', staff[0]);
  const b = await book(2, '19:15', staff[1]);
  const c = await book(2, '08:00', staff[0], 'Advice');
  const d = await book(3, '09:00', staff[0]);
  await client.data(200, 'POST', `/bookings/${a}/cancel`);

  const list = async (query) => client.data(200, 'GET', `/bookings?salonSlug=${slug}${query}`);
  const ids = async (query) => (await list(query)).bookings.map((booking) => booking.id);
  assertShape((await list('')).bookings, [shapes.booking]);
  assert.deepEqual(await ids(''), [a, c, b, d]);
  assert.deepEqual(await ids('&status=cancelled'), [a]);
  assert.deepEqual(await ids('&status=confirmed,pending'), [c, b, d]);
  assert.deepEqual(await ids(`&staffId=${staff[0]}`), [a, c, d]);
  assert.deepEqual(await ids(`&serviceId=${services.Advice.id}`), [c]);
  assert.deepEqual(await ids(`&dateFrom=${localDate(2)}&dateTo=${localDate(2)}`), [c, b]);
  assert.deepEqual(await ids(`&dateFrom=${localDate(3)}`), [d]);
  assert.deepEqual(await ids('&locationSlug=main&limit=100'), [a, c, b, d]);

  const paged = [];
  let query = '&limit=3';
  for (;;) {
    const { bookings, nextCursor } = await list(query);
    paged.push(bookings.map((booking) => booking.id));
    if (nextCursor === null) break;
    query = `&limit=3&cursor=${encodeURIComponent(nextCursor)}`;
  }
  assert.deepEqual(paged, [[a, c, b], [d]]);
});

test('a search says when a business cannot be booked, and nothing else', async () => {
  const { salon, client, slug, services } = await setUp();
  sql(`UPDATE booking.tenants SET published = false WHERE tenant_id = :'tenant'`, { tenant: salon.tenantId });
  const search = await client.post('/availability/search', {
    salonSlug: slug, serviceId: services.Haircut.id, dateRange: { from: localDate(1), to: localDate(2) },
  });
  assert.equal(search.status, 200);
  assert.deepEqual(search.body.data.slots, []);
  assert.equal(search.body.meta.suppressed, true);
  assertError(await client.post('/bookings', {
    salonSlug: slug, serviceId: services.Haircut.id, date: localDate(1), startTime: '10:00', guest,
  }), 409, 'booking.not_bookable');
});

test('a long search is cut to its earliest 1000 slots', async () => {
  const { client, slug, services } = await setUp({ people: 2 });
  const search = await client.post('/availability/search', {
    salonSlug: slug, serviceId: services.Haircut.id, dateRange: { from: localDate(1), to: localDate(32) },
  });
  assert.equal(search.status, 200, JSON.stringify(search.body));
  assert.equal(search.body.data.slots.length, 1000);
  assert.equal(search.body.meta.truncated, true);
  assertShape(search.body.meta.returnedSlots, whole);
});
