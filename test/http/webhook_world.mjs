// A world of its own for tests of webhooks: a certificate authority, a name server, receivers, a database and senders.
// Receivers have addresses below 127.0.0.0/8 that nobody else uses, so test runs do not meet.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { binary, cleanEnv, TestDatabase } from './door.mjs';

const port = 8443;

export async function until(condition, what) {
  for (const deadline = Date.now() + 120_000; !(await condition()); await sleep(20)) {
    assert.ok(Date.now() < deadline, `waited two minutes for ${what}`);
  }
}

export function privateAddress() {
  return `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}`;
}

/** An authority that makes certificates. */
export class Authority {
  constructor(directory, name) {
    this.directory = directory;
    this.file = join(directory, `${name}.pem`);
    this.key = join(directory, `${name}.key`);
    this.openssl('-subj', `/CN=${name}`, '-keyout', this.key, '-out', this.file);
  }

  openssl(...args) {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', ...args],
      { stdio: 'pipe' });
  }

  /** { key, cert } for a host. */
  certify(host) {
    const base = join(this.directory, randomBytes(6).toString('hex'));
    this.openssl('-CA', this.file, '-CAkey', this.key, '-subj', '/CN=receiver', '-addext', `subjectAltName=DNS:${host}`,
      '-addext', 'basicConstraints=critical,CA:FALSE', '-keyout', `${base}.key`, '-out', `${base}.pem`);
    return { key: readFileSync(`${base}.key`), cert: readFileSync(`${base}.pem`) };
  }
}

/** A name server for what is in `hosts`: a name's IPv4 addresses, or a function of how often it was asked that returns them. */
export class NameServer {
  constructor() {
    this.hosts = new Map();
    this.asked = new Map();
    this.socket = dgram.createSocket('udp4');
    this.socket.on('message', (query, peer) => this.socket.send(this.answer(query), peer.port, peer.address));
  }

  async start() {
    this.socket.bind(0, '127.0.0.1');
    await once(this.socket, 'listening');
    this.address = `127.0.0.1:${this.socket.address().port}`;
  }

  answer(query) {
    const labels = [];
    let at = 12;
    for (; query[at] !== 0; at += query[at] + 1) labels.push(query.toString('latin1', at + 1, at + 1 + query[at]));
    const question = query.subarray(12, at + 5);
    const isIpv4 = query.readUInt16BE(at + 1) === 1;
    const addresses = this.look(labels.join('.').toLowerCase(), isIpv4);
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(addresses === undefined ? 0x8183 : 0x8180, 2);
    head.writeUInt16BE(addresses?.length ?? 0, 6);
    head.writeUInt32BE(0, 8);
    const records = (addresses ?? []).map((address) => Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]));
    return Buffer.concat([head, question, ...records]);
  }

  /** The addresses of a name that exists. */
  look(name, isIpv4) {
    const host = this.hosts.get(name);
    if (host === undefined || !isIpv4) return host === undefined ? undefined : [];
    const count = (this.asked.get(name) ?? 0) + 1;
    this.asked.set(name, count);
    return typeof host === 'function' ? host(count) : host;
  }

  stop() {
    this.socket.close();
  }
}

/** What a tenant runs: keeps the requests it got, each as { headers, body }, and answers as it is told, 204 by default. */
export class Receiver {
  constructor(tls, respond = (request, response) => response.writeHead(204).end()) {
    this.address = privateAddress();
    this.tls = tls;
    this.respond = respond;
    this.requests = [];
    this.connections = 0;
    this.sockets = new Map();
  }

  async start() {
    this.server = https.createServer(this.tls, (request, response) => this.receive(request, response));
    this.server.on('connection', (socket) => {
      this.connections++;
      this.sockets.set(socket.remotePort, socket);
    });
    this.server.listen(port, this.address);
    await once(this.server, 'listening');
  }

  async receive(request, response) {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const delivery = { method: request.method, path: request.url, headers: request.headers, body: Buffer.concat(pieces).toString('utf8') };
    this.requests.push(delivery);
    response.on('error', () => {});
    this.respond(request, response, delivery);
  }

  /** Ends the connection that a request came on with a reset. */
  reset(request) {
    this.sockets.get(request.socket.remotePort).resetAndDestroy();
  }

  async stop() {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** A service that sends webhooks. */
class SenderProcess {
  constructor(args) {
    this.log = '';
    this.child = spawn(binary, args, { env: cleanEnv, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stderr.on('data', (data) => (this.log += data));
    this.ended = once(this.child, 'close').then(([code, signal]) => signal ?? code);
    this.ready = Promise.race([once(this.child.stdout, 'data'), this.ended.then(() => assert.fail(`the sender did not start: ${this.log}`))]);
  }

  stop(signal = 'SIGTERM') {
    this.child.kill(signal);
    return this.ended;
  }

  /** Bytes of memory in use. */
  memory() {
    return Number(readFileSync(`/proc/${this.child.pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+) kB/m)[1]) * 1024;
  }
}

export class World {
  async start() {
    this.directory = mkdtempSync(join(tmpdir(), 'pg-booking-webhooks-'));
    this.authority = new Authority(this.directory, 'authority');
    this.tls = this.authority.certify('*.example.com');
    this.names = new NameServer();
    await this.names.start();
    this.receivers = [];
    this.senders = [];
    this.database = new TestDatabase(`webhooks_${randomBytes(3).toString('hex')}`);
    this.database.installExtension();
  }

  async stop() {
    await Promise.all(this.senders.map((sender) => sender.stop('SIGKILL')));
    await Promise.all(this.receivers.map((receiver) => receiver.stop()));
    this.names.stop();
    this.database.drop();
    rmSync(this.directory, { recursive: true });
  }

  /** Options of a service that may send to the receivers that there are. */
  options(addresses = this.receivers.map((receiver) => receiver.address)) {
    return ['--db', `host='${process.env.PGHOST}' port=${process.env.PGPORT} user=authenticator dbname=${this.database.name}`,
      '--webhook-resolver', this.names.address, '--webhook-ca', this.authority.file,
      ...(addresses.length === 0 ? [] : ['--allow-private-webhooks', addresses.join(',')])];
  }

  startSender(addresses) {
    return this.startService(['--webhooks', 'only'], addresses);
  }

  /** A service with these options that also sends webhooks. */
  async startService(args, addresses) {
    const sender = new SenderProcess([...args, ...this.options(addresses)]);
    this.senders.push(sender);
    await sender.ready;
    return sender;
  }

  async stopSenders() {
    for (const sender of this.senders.splice(0)) assert.equal(await sender.stop(), 0, sender.log);
  }

  /** A receiver that listens under a name of its own. */
  async receiver(respond, tls = this.tls) {
    const receiver = new Receiver(tls, respond);
    await receiver.start();
    receiver.host = `receiver-${randomBytes(6).toString('hex')}.example.com`;
    receiver.url = `https://${receiver.host}:${port}/hooks?a=b`;
    this.names.hosts.set(receiver.host, [receiver.address]);
    this.receivers.push(receiver);
    return receiver;
  }

  /** A business whose webhooks go to the URL. */
  async tenant(url) {
    const answer = await this.sql(`
      SELECT booking.create_tenant(:'slug', 'Test', 'Europe/Budapest', 'pro') AS tenant \\gset
      INSERT INTO booking.webhook_configs (tenant_id, url) VALUES (:'tenant', :'url');
      SELECT :'tenant' || ' ' || booking.add_webhook_secret(:'tenant')`, { slug: `salon-${randomBytes(6).toString('hex')}`, url });
    const [tenantId, secret] = answer.split(' ');
    return { tenantId, secret };
  }

  /** Runs SQL as support.mjs's does, but lets the receivers answer meanwhile. */
  sql(text, variables = {}) {
    const flags = Object.entries(variables).flatMap(([name, value]) => ['-v', `${name}=${value}`]);
    return new Promise((resolve, reject) => {
      const psql = execFile('psql', ['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', '-d', this.database.url, ...flags],
        { maxBuffer: 1 << 26 }, (error, output) => (error ? reject(error) : resolve(output.trim())));
      psql.stdin.end(text);
    });
  }

  /** Puts test events into the outbox, in one transaction; returns their webhook ids, in order. */
  async send(tenantId, count = 1) {
    const ids = await this.sql(`SELECT booking.public_id('dlv', booking.send_test_webhook(:'tenant')) FROM generate_series(1, :count)`,
      { tenant: tenantId, count });
    return ids.split('\n');
  }

  /** Whatever waits for its time is due. */
  resume(tenantId) {
    return this.sql(`SELECT booking.resume_webhooks(:'tenant')`, { tenant: tenantId });
  }

  /** The deliveries of a tenant, oldest first. */
  async deliveries(tenantId) {
    return JSON.parse(await this.sql(`
      SELECT coalesce(json_agg(json_build_object('id', booking.public_id('dlv', d.id), 'event', d.event, 'payload', d.payload, 'status', d.status,
        'attempts', d.attempts, 'log', (SELECT coalesce(json_agg(a ORDER BY a.number), '[]') FROM booking.webhook_attempts AS a WHERE a.delivery_id = d.id))
        ORDER BY d.id), '[]')
      FROM booking.webhook_deliveries AS d WHERE d.tenant_id = :'tenant'`, { tenant: tenantId }));
  }

  /** Waits until so many attempts of a tenant have ended; returns the deliveries. */
  async ended(tenantId, attempts) {
    await until(async () => (await this.deliveries(tenantId)).flatMap(({ log }) => log).filter((one) => one.finished_at !== null).length >= attempts,
      `${attempts} attempts`);
    return this.deliveries(tenantId);
  }

  /** Waits until all deliveries of a tenant have arrived; returns them. */
  async delivered(tenantId) {
    await until(async () => (await this.deliveries(tenantId)).every(({ status }) => status === 'delivered'), 'the deliveries');
    return this.deliveries(tenantId);
  }

  async config(tenantId) {
    return JSON.parse(await this.sql(`SELECT row_to_json(c) FROM booking.webhook_configs AS c WHERE tenant_id = :'tenant'`, { tenant: tenantId }));
  }
}
