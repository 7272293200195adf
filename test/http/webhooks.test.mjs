// Webhooks arrive: every committed event, signed so that the public library of Standard Webhooks verifies it, through
// rotations, outages of the receiver and the death of the sender.
import assert from 'node:assert/strict';
import test, { after, afterEach, before } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { Salon } from './support.mjs';
import { until, World } from './webhook_world.mjs';

const world = new World();
const eventNames = [
  'booking.requested', 'booking.confirmed', 'booking.declined', 'booking.cancelled', 'booking.reschedule_proposed',
  'booking.reschedule_confirmed', 'booking.completed', 'booking.no_show',
];

before(() => world.start());
after(() => world.stop());
afterEach(() => world.stopSenders());

/** Verifies a delivery's signature as a consumer does, and returns its payload. */
function verify(secret, { body, headers }) {
  return new Webhook(secret).verify(body, headers);
}

const ids = (receiver) => receiver.requests.map(({ headers }) => headers['webhook-id']);

/** A business with bookings of its own whose webhooks go to the receiver. */
async function salonFor(receiver) {
  const salon = new Salon({ approval: 'manual', database: world.database.url });
  await world.sql(`INSERT INTO booking.webhook_configs (tenant_id, url) VALUES (:'tenant', :'url')`, { tenant: salon.tenantId, url: receiver.url });
  salon.secret = await world.sql(`SELECT booking.add_webhook_secret(:'tenant')`, { tenant: salon.tenantId });
  return salon;
}

/** Causes events with a statement about bookings :a to :d, made in the past if it says so. */
function change(salon, statement) {
  return world.sql(`
    SELECT s.id AS service, l.id AS location, p.id AS person FROM booking.services AS s JOIN booking.locations AS l USING (tenant_id)
      JOIN booking.staff AS p USING (tenant_id) WHERE tenant_id = :'tenant' AND s.name = 'Advice' \\gset
    ${statement}`, { tenant: salon.tenantId });
}

const book = (day, time, extra = '') => `booking.create_booking(:'tenant', :'service', :'location', :'person',
  ((current_date + ${day}) + time '${time}') AT TIME ZONE 'Europe/Budapest', 'Guest', 'guest@example.com'${extra})`;

test('all eight events, each in the bytes that were stored, with a signature that the public library verifies', async () => {
  const receiver = await world.receiver();
  const salon = await salonFor(receiver);
  await world.startSender();
  await change(salon, `
    SELECT ${book(3, '10:00', ", actor_type => 'guest'")} AS a \\gset
    SELECT booking.confirm_booking(:'tenant', :'a') \\g /dev/null
    SELECT booking.propose_reschedule(:'tenant', :'a', ((current_date + 4) + time '11:00') AT TIME ZONE 'Europe/Budapest') \\g /dev/null
    SELECT booking.accept_reschedule(:'tenant', :'a', actor_type => 'guest') \\g /dev/null
    SELECT booking.cancel_booking(:'tenant', :'a') \\g /dev/null
    SELECT ${book(3, '12:00', ", actor_type => 'guest'")} AS b \\gset
    SELECT booking.decline_booking(:'tenant', :'b') \\g /dev/null
    SELECT ${book(3, '13:00')} AS c \\gset
    SELECT booking.complete_booking(:'tenant', :'c', now => now() + interval '10 days') \\g /dev/null
    SELECT ${book(3, '14:00')} AS d \\gset
    SELECT booking.mark_no_show(:'tenant', :'d', now => now() + interval '10 days') \\g /dev/null`);
  const deliveries = await world.delivered(salon.tenantId);

  assert.deepEqual([...new Set(deliveries.map(({ event }) => event))].sort(), [...eventNames].sort());
  assert.deepEqual(ids(receiver), deliveries.map(({ id }) => id), 'in the order in which they happened, once each');
  for (const [index, request] of receiver.requests.entries()) {
    assert.equal(request.body, deliveries[index].payload);
    assert.equal(verify(salon.secret, request).event, deliveries[index].event);
    assert.deepEqual([request.method, request.path, request.headers['content-type'], request.headers.host],
      ['POST', '/hooks?a=b', 'application/json', `${receiver.host}:8443`]);
    assert.throws(() => verify(salon.secret, { ...request, body: `${request.body} ` }), 'another body');
    assert.throws(() => verify('00'.repeat(32), request), 'another secret');
  }
  assert.deepEqual(deliveries.map(({ attempts, log }) => [attempts, log.length, log[0].status_code]), deliveries.map(() => [1, 1, 204]));
});

test('a transaction that is rolled back tells nobody', async () => {
  const receiver = await world.receiver();
  const { tenantId } = await world.tenant(receiver.url);
  await world.startSender();
  await world.sql(`BEGIN; SELECT booking.send_test_webhook(:'tenant'); ROLLBACK`, { tenant: tenantId });
  const sent = await world.send(tenantId);
  await world.ended(tenantId, 1);
  assert.deepEqual(ids(receiver), sent);
});

test('through a rotation with overlap both secrets verify, then the new one alone; a rotation at once ends the old one', async () => {
  const receiver = await world.receiver();
  const { tenantId, secret: first } = await world.tenant(receiver.url);
  await world.startSender();
  const verifiedBy = async (secrets) => {
    const count = receiver.requests.length + 1;
    await world.send(tenantId);
    await world.ended(tenantId, count);
    return secrets.map((secret) => {
      try {
        return verify(secret, receiver.requests.at(-1)).event === 'webhook.test';
      } catch {
        return false;
      }
    });
  };
  assert.deepEqual(await verifiedBy([first]), [true]);
  const second = await world.sql(`SELECT booking.rotate_webhook_secret(:'tenant', '1 hour')`, { tenant: tenantId });
  assert.deepEqual(await verifiedBy([first, second, 'ab'.repeat(32)]), [true, true, false], 'in the overlap');
  await world.sql(`UPDATE booking.webhook_secrets SET expires_at = now() WHERE tenant_id = :'tenant' AND expires_at IS NOT NULL`, { tenant: tenantId });
  assert.deepEqual(await verifiedBy([first, second]), [false, true], 'after it');
  const third = await world.sql(`SELECT booking.rotate_webhook_secret(:'tenant', '0')`, { tenant: tenantId });
  assert.deepEqual(await verifiedBy([first, second, third]), [false, false, true], 'at once');
});

test('a receiver that was down gets everything when it is back, under the ids of the first attempts', async () => {
  const receiver = await world.receiver();
  const { tenantId, secret } = await world.tenant(receiver.url);
  await receiver.stop();
  await world.startSender();
  const sent = await world.send(tenantId, 3);
  for (const round of [1, 2, 3]) {
    await world.ended(tenantId, round);
    await world.resume(tenantId);
  }
  await world.ended(tenantId, 4);
  assert.ok((await world.deliveries(tenantId)).every(({ status }) => status === 'pending'));
  assert.match((await world.deliveries(tenantId)).flatMap(({ log }) => log)[0].error, /connect/i);

  let refusals = 2;
  receiver.respond = (request, response) => response.writeHead(refusals-- > 0 ? 503 : 200).end('thank you');
  await receiver.start();
  await until(async () => {
    await world.resume(tenantId);
    return (await world.deliveries(tenantId)).every(({ status }) => status === 'delivered');
  }, 'the deliveries');
  assert.deepEqual([...new Set(ids(receiver))].sort(), [...sent].sort());
  assert.equal(receiver.requests.length, 5, 'the two that were refused came again');
  for (const request of receiver.requests) verify(secret, request);
  const [{ log }] = await world.deliveries(tenantId);
  assert.deepEqual([log.at(-1).status_code, log.at(-1).answer], [200, 'thank you']);
});

test('kill -9 between sending and reporting: the event comes again with the same id', async () => {
  let answer;
  const receiver = await world.receiver((request, response) => { answer = response; });
  const { tenantId, secret } = await world.tenant(receiver.url);
  const sender = await world.startSender();
  const [id] = await world.send(tenantId);
  await until(() => receiver.requests.length === 1, 'the delivery');
  await sender.stop('SIGKILL');
  world.senders.splice(0);
  answer.writeHead(200).end();
  assert.deepEqual((await world.deliveries(tenantId)).map(({ status, log }) => [status, log.map(({ finished_at }) => finished_at)]), [['pending', [null]]]);

  receiver.respond = (request, response) => response.writeHead(200).end();
  await world.startSender();
  await world.sql(`UPDATE booking.webhook_configs SET leased_until = now() WHERE tenant_id = :'tenant'`, { tenant: tenantId });
  await world.ended(tenantId, 1);
  assert.deepEqual(ids(receiver), [id, id]);
  for (const request of receiver.requests) verify(secret, request);
  const [{ status, log }] = await world.deliveries(tenantId);
  assert.deepEqual([status, log.map(({ status_code }) => status_code)], ['delivered', [null, 200]], 'nobody knows about the first attempt');
});

test('several senders side by side send nothing twice, and one endpoint gets one delivery at a time', async () => {
  let busy = 0;
  let busiest = 0;
  const slow = await world.receiver((request, response) => {
    busiest = Math.max(busiest, ++busy);
    setTimeout(() => {
      busy--;
      response.writeHead(200).end();
    }, 5);
  });
  const others = await Promise.all([1, 2, 3].map(() => world.receiver()));
  const receivers = [slow, ...others];
  const tenants = [];
  for (const { url } of receivers) tenants.push((await world.tenant(url)).tenantId);
  for (let i = 0; i < 3; i++) await world.startSender();
  const sent = await Promise.all(tenants.map((tenantId) => world.send(tenantId, 30)));
  for (const [index, tenantId] of tenants.entries()) {
    await world.ended(tenantId, 30);
    assert.deepEqual(ids(receivers[index]), sent[index]);
    assert.ok((await world.deliveries(tenantId)).every(({ attempts }) => attempts === 1));
  }
  assert.equal(busiest, 1);
});

test('410 switches the endpoint off, Retry-After gives it a rest, a replay sends a delivery again', async () => {
  const receiver = await world.receiver((request, response) => response.writeHead(429, { 'Retry-After': '7200' }).end());
  const { tenantId } = await world.tenant(receiver.url);
  await world.startSender();
  const [id] = await world.send(tenantId);
  await world.ended(tenantId, 1);
  const waits = await world.sql(`SELECT round(extract(epoch FROM next_attempt_at - finished_at)), round(extract(epoch FROM retry_at - finished_at))
    FROM booking.webhook_deliveries JOIN booking.webhook_configs USING (tenant_id) JOIN booking.webhook_attempts USING (tenant_id)
    WHERE tenant_id = :'tenant'`, { tenant: tenantId });
  assert.equal(waits, '7200|7200');

  receiver.respond = (request, response) => response.writeHead(410).end();
  await world.resume(tenantId);
  await world.ended(tenantId, 2);
  const { active, disabled_reason: reason } = await world.config(tenantId);
  assert.deepEqual([active, reason], [false, 'The receiver answered 410 Gone.']);

  receiver.respond = (request, response) => response.writeHead(204).end();
  await world.resume(tenantId);
  await world.ended(tenantId, 3);
  await world.sql(`SELECT booking.replay_webhook(:'tenant', booking.parse_public_id('dlv', :'id'))`, { tenant: tenantId, id });
  await world.ended(tenantId, 4);
  assert.deepEqual(ids(receiver), [id, id, id, id]);
  assert.equal(new Set(receiver.requests.map(({ body }) => body)).size, 1);
});

test('a sender that is told to stop finishes and reports what is on its way, and claims nothing more', async () => {
  let answer;
  const receiver = await world.receiver((request, response) => { answer = () => response.writeHead(200).end(); });
  const { tenantId } = await world.tenant(receiver.url);
  const sender = await world.startSender();
  await world.send(tenantId, 2);
  await until(() => answer !== undefined, 'the first delivery');
  const ended = sender.stop();
  await until(() => /event=stopping/.test(sender.log), 'the signal');
  answer();
  assert.equal(await ended, 0);
  assert.deepEqual((await world.deliveries(tenantId)).map(({ status, attempts }) => [status, attempts]), [['delivered', 1], ['pending', 0]]);
});

test('the database goes away and comes back: what was sent meanwhile is reported once', async () => {
  let answer;
  const receiver = await world.receiver((request, response) => { answer = () => response.writeHead(200).end(); });
  const { tenantId } = await world.tenant(receiver.url);
  const sender = await world.startSender();
  const [id] = await world.send(tenantId);
  await until(() => answer !== undefined, 'the delivery');
  world.database.setAway(true);
  answer();
  await until(() => /event=webhooks_database_away/.test(sender.log) && /event=webhook_attempt/.test(sender.log), 'the sender to notice');
  world.database.setAway(false);
  await world.ended(tenantId, 1);
  assert.deepEqual((await world.deliveries(tenantId)).map(({ status, attempts }) => [status, attempts]), [['delivered', 1]]);
  assert.deepEqual(ids(receiver), [id]);
});
