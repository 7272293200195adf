// Receivers that fail, stall, lie or lead inside: each costs its own business a delivery and nobody else anything.
import assert from 'node:assert/strict';
import test, { after, afterEach, before } from 'node:test';
import { Authority, privateAddress, until, World } from './webhook_world.mjs';

const world = new World();
// Somebody else's: not among those that webhooks may go to.
let inside;

before(async () => {
  await world.start();
  inside = await world.receiver();
});
after(() => world.stop());
afterEach(() => world.stopSenders());

const allowed = () => world.receivers.filter((receiver) => receiver !== inside).map(({ address }) => address);

/** What became of the first attempt of a tenant's only delivery. */
async function firstAttempt(tenantId) {
  const [{ status, log }] = await world.ended(tenantId, 1);
  const { status_code: code, error, answer, duration_ms: duration } = log[0];
  return { status, code, error, answer, duration };
}

/** Writes for ever, as fast as it is read; counts what it wrote. */
function flood(response, counter) {
  const piece = Buffer.alloc(64 * 1024, 'x');
  const write = () => {
    while (!response.destroyed) {
      counter.bytes += piece.length;
      if (!response.write(piece)) return;
    }
  };
  response.on('drain', write);
  write();
}

/** Writes a byte at a time for ever. */
function drip(write) {
  const timer = setInterval(() => write() || clearInterval(timer), 100);
}

test('faulty receivers: each attempt ends and tells why, memory stays small, and a healthy receiver gets everything', async () => {
  const flooded = { bytes: 0 };
  const receivers = {
    error: await world.receiver((request, response) => response.writeHead(500).end('out of order\0\xff')),
    hang: await world.receiver(() => {}),
    drippingHead: await world.receiver((request, response) => {
      response.socket.write('HTTP/1.1 200 OK\r\nX-Drip: ');
      drip(() => !response.socket?.destroyed && response.socket?.write('x'));
    }),
    drippingBody: await world.receiver((request, response) => {
      response.writeHead(200);
      drip(() => !response.destroyed && response.write('x'));
    }),
    reset: await world.receiver((request) => receivers.reset.reset(request)),
    redirect: await world.receiver((request, response) => response.writeHead(307, { Location: inside.url }).end()),
    flood: await world.receiver((request, response) => flood(response.writeHead(200), flooded)),
    longHead: await world.receiver((request, response) => response.writeHead(200, { 'X-Long': 'x'.repeat(20_000) }).end()),
  };
  const healthy = await world.receiver();
  const sender = await world.startSender(allowed());
  const tenantOf = async ({ url }) => (await world.tenant(url)).tenantId;
  const tenants = {};
  for (const [name, receiver] of Object.entries(receivers)) tenants[name] = await tenantOf(receiver);
  // One after the other they would take longer than anybody waits here.
  const hanging = await Promise.all(Array.from({ length: 20 }, () => tenantOf(receivers.hang)));
  const healthyTenant = await tenantOf(healthy);
  const memory = sender.memory();
  for (const tenantId of [...Object.values(tenants), ...hanging]) await world.send(tenantId);
  const sent = await world.send(healthyTenant, 20);
  await world.delivered(healthyTenant);
  assert.deepEqual(healthy.requests.map(({ headers }) => headers['webhook-id']), sent);

  const outcome = Object.fromEntries(await Promise.all(
    Object.entries(tenants).map(async ([name, tenantId]) => [name, await firstAttempt(tenantId)])));
  assert.deepEqual([outcome.error.status, outcome.error.code, outcome.error.answer], ['pending', 500, 'out of order\ufffd\u00ff']);
  for (const name of ['hang', 'drippingHead']) {
    assert.deepEqual([outcome[name].status, outcome[name].code, outcome[name].error], ['pending', null, 'The receiver did not answer in time.'], name);
  }
  assert.deepEqual([outcome.drippingBody.status, outcome.drippingBody.code], ['pending', 200], 'an answer without end is none');
  assert.match(outcome.drippingBody.error, /timed out/i);
  assert.deepEqual([outcome.reset.status, outcome.reset.code], ['pending', null]);
  assert.notEqual(outcome.reset.error, null);
  assert.deepEqual([outcome.redirect.status, outcome.redirect.code], ['pending', 307]);
  assert.match(outcome.redirect.error, /not followed/);
  assert.deepEqual([outcome.flood.status, outcome.flood.code, outcome.flood.answer], ['delivered', 200, 'x'.repeat(1024)], 'the status counts');
  assert.ok(flooded.bytes < 64 * 1024 * 1024, `${flooded.bytes} bytes were taken`);
  assert.deepEqual([outcome.longHead.status, outcome.longHead.error], ['pending', 'The head of the answer was too long.']);
  await Promise.all(hanging.map((tenantId) => world.ended(tenantId, 1)));
  assert.ok(sender.memory() - memory < 64 * 1024 * 1024, `memory grew from ${memory} to ${sender.memory()} bytes`);
  assert.equal(inside.connections, 0);
});

test('a name that leads inside is refused at that very attempt, wherever it led before', async () => {
  const receiver = await world.receiver();
  await world.startSender(allowed());
  const refused = { status: 'pending', code: null, error: 'The URL leads to an address that is not public.', answer: null, duration: null };

  world.names.hosts.set(receiver.host, (count) => [count === 1 ? receiver.address : inside.address]);
  const { tenantId: rebound } = await world.tenant(receiver.url);
  await world.send(rebound);
  assert.equal((await firstAttempt(rebound)).status, 'delivered');
  await world.send(rebound);
  const [, second] = await world.ended(rebound, 2);
  assert.deepEqual([second.status, second.log[0].error], ['pending', refused.error]);
  assert.equal(world.names.asked.get(receiver.host), 2, 'it was looked up for each attempt');

  for (const addresses of [[receiver.address, inside.address], [inside.address, receiver.address], ['127.0.0.1'], ['10.0.0.1'], ['169.254.169.254'], ['0.0.0.0']]) {
    const host = `mixed-${addresses.join('-').replace(/\./g, '-')}.example.com`;
    world.names.hosts.set(host, addresses);
    const { tenantId } = await world.tenant(`https://${host}:8443/`);
    await world.send(tenantId);
    assert.deepEqual(await firstAttempt(tenantId), refused, addresses.join());
  }
  assert.deepEqual([receiver.requests.length, inside.connections], [1, 0]);

  const { tenantId: unknown } = await world.tenant('https://nowhere.example.com/');
  await world.send(unknown);
  assert.deepEqual(await firstAttempt(unknown), { ...refused, error: 'The host name could not be resolved.' });
});

test('without --allow-private-webhooks nothing private is reached; with it the log warns', async () => {
  const receiver = await world.receiver();
  const { tenantId } = await world.tenant(receiver.url);
  const strict = await world.startSender([]);
  await world.send(tenantId);
  assert.equal((await firstAttempt(tenantId)).error, 'The URL leads to an address that is not public.');
  assert.equal(receiver.connections, 0);
  assert.doesNotMatch(strict.log, /private_webhooks_allowed/);
  await world.stopSenders();
  const lax = await world.startSender([receiver.address]);
  await until(() => lax.log.includes('\n'), 'the log');
  assert.match(lax.log, new RegExp(`level=warning event=private_webhooks_allowed addresses=${receiver.address} `));
});

test('the service is no receiver of its own webhooks, even where it may send to its address', async () => {
  const address = privateAddress();
  const host = 'own.example.com';
  world.names.hosts.set(host, [address]);
  await world.startService(['--listen', `${address}:8443`], [address]);
  const { tenantId } = await world.tenant(`https://${host}:8443/`);
  await world.send(tenantId);
  assert.equal((await firstAttempt(tenantId)).error, 'The URL leads to an address that is not public.');
});

test('a certificate of another authority, or for another name, is not accepted', async () => {
  const stranger = await world.receiver(undefined, new Authority(world.directory, 'stranger').certify('*.example.com'));
  const impostor = await world.receiver(undefined, world.authority.certify('*.example.net'));
  await world.startSender(allowed());
  for (const receiver of [stranger, impostor]) {
    const { tenantId } = await world.tenant(receiver.url);
    await world.send(tenantId);
    const { status, code, error } = await firstAttempt(tenantId);
    assert.deepEqual([status, code], ['pending', null]);
    assert.match(error, /certificate/i);
    assert.equal(receiver.requests.length, 0);
  }
});
