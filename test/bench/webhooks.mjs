// For the row "webhooks": one sender, a receiver on this machine, and the same outbox in a database without a sender. Writes
// "URL SENDER_PID DATABASE" to the file that it is given; then GET URL/fill?outbox=sending|idle&seconds=N fills the outbox of the
// sender or of DATABASE, and GET URL/send?seconds=N measures deliveries and answers "REQUESTS SECONDS - -".
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { until, World } from '../http/webhook_world.mjs';

const endpoints = 32;
const perSecond = 150; // events in the outbox for each endpoint and second: more than are sent

async function prepare() {
  const world = new World();
  await world.start();
  const receiver = await world.receiver((request, response) => {
    receiver.requests.length = 0;
    receiver.count++;
    response.writeHead(204).end();
  });
  receiver.count = 0;
  await Promise.all(Array.from({ length: endpoints }, (_, i) => {
    world.names.hosts.set(`endpoint-${i}.example.com`, [receiver.address]);
    return world.tenant(`https://endpoint-${i}.example.com:8443/`);
  }));
  return { world, receiver };
}

function fill({ world }, seconds) {
  return world.sql(`DELETE FROM booking.webhook_deliveries;
    SELECT count(booking.send_test_webhook(c.tenant_id)) FROM booking.webhook_configs AS c, generate_series(1, :events);
    ANALYZE booking.webhook_deliveries`, { events: Math.ceil(seconds * perSecond) });
}

async function measure(sending, seconds) {
  const { receiver } = sending;
  const atFirst = receiver.count;
  await until(() => receiver.count > atFirst + endpoints, 'deliveries');
  const [count, start] = [receiver.count, performance.now()];
  await sleep(seconds * 1000);
  return `${receiver.count - count} ${(performance.now() - start) / 1000} - -`;
}

const [sending, idle] = [await prepare(), await prepare()];
const sender = await sending.world.startSender();
const server = http.createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  if (pathname === '/send') {
    response.end(await measure(sending, Number(searchParams.get('seconds'))));
  } else {
    await fill(searchParams.get('outbox') === 'sending' ? sending : idle, Number(searchParams.get('seconds')));
    response.end();
  }
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
writeFileSync(`${process.argv[2]}.new`, `http://127.0.0.1:${server.address().port} ${sender.child.pid} ${idle.world.database.name}\n`);
renameSync(`${process.argv[2]}.new`, process.argv[2]);
process.on('SIGTERM', async () => {
  await Promise.all([sending.world.stop(), idle.world.stop()]);
  process.exit();
});
