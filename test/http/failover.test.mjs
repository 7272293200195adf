// What the service does while its database restarts, fails over, runs out of connections or changes a password: answers
// truthfully, and goes on by itself.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { rmSync } from 'node:fs';
import test, { after, before, describe } from 'node:test';
import { Service, TestDatabase, until } from './door.mjs';
import { makeDirectory, readEnv, run } from './machine.mjs';
import { sql } from './support.mjs';

/** A cluster of its own, and a database with the stand-in. */
class Server {
  constructor() {
    this.directory = makeDirectory();
    this.cluster = join(this.directory, 'cluster');
    this.start();
    this.database = new TestDatabase('failover', this.url);
    this.database.installExtension();
    this.database.installStandIn();
  }

  start() {
    run('cluster', ['start', this.cluster]);
    const { DATABASE_URL, PGHOST, PGPORT } = readEnv(join(this.cluster, 'cluster.env'));
    Object.assign(this, { url: DATABASE_URL, host: PGHOST, port: PGPORT });
  }

  stop() {
    run('cluster', ['stop', this.cluster]);
  }

  remove() {
    this.stop();
    rmSync(this.directory, { recursive: true });
  }
}

let first, second;
before(() => {
  first = new Server();
  second = new Server();
});
after(() => {
  for (const left of Service.running) left.child.kill('SIGKILL');
  for (const server of [first, second]) server?.remove();
});

/** Waits until a read succeeds; every answer before that must have been 503. */
async function recovers(service) {
  let answer;
  await until(async () => {
    answer = await service.request('/x');
    assert.ok([200, 503].includes(answer.status), answer.text);
    return answer.status === 200;
  }, 'the service to recover');
  return JSON.parse(answer.text);
}

describe('one server', () => {
  test('it restarts while requests are under way', async () => {
    const service = await Service.start(first.database.url, ['--pool', '3']);
    const statuses = { read: [], write: [] };
    let going = true;
    const keepAsking = async (kind, options) => {
      while (going) statuses[kind].push((await service.request('/sleep/0.01', options)).status);
    };
    const asking = [...Array.from({ length: 4 }, () => keepAsking('read')), ...Array.from({ length: 4 }, () => keepAsking('write', { method: 'POST' }))];
    await until(() => statuses.write.length > 10 && statuses.read.length > 10, 'requests to be answered');
    first.stop();
    first.start();
    await recovers(service);
    going = false;
    await Promise.all(asking);
    for (const each of [...statuses.read, ...statuses.write]) assert.ok([200, 503].includes(each), `answered with ${each}`);
    assert.equal((await service.request('/x', { method: 'POST' })).status, 200);
    assert.equal(await service.stop(), 0);
  });

  test('it has no connection left: those that are there go on, the others come when there is room', async () => {
    const { database } = first;
    database.sql(`CREATE ROLE few LOGIN PASSWORD 'few' IN ROLE authenticator; ALTER ROLE few INHERIT`);
    const url = database.url.replace(/\/\/[^@]*@/, '//few:few@');
    const service = await Service.start(url, ['--pool', '3']);
    // One for the pool, and one for the service's look at the database's health.
    database.sql('ALTER ROLE few CONNECTION LIMIT 2');
    database.terminateConnections();
    await service.logged(/event=database_connect_failed message=".*too many connections for role/);
    await recovers(service);
    for (let n = 0; n < 20; n++) assert.equal((await service.request('/x', { method: n % 2 ? 'POST' : 'GET' })).status, 200);
    database.sql('ALTER ROLE few CONNECTION LIMIT 10');
    await until(() => Number(database.sql(`SELECT count(*) FROM pg_stat_activity WHERE usename = 'few'`)) >= 3, 'all connections to be there');
    assert.equal(await service.stop(), 0);
  });

  test('the role\'s password is changed, and changed back', async () => {
    const { database } = first;
    database.sql(`CREATE ROLE moody LOGIN PASSWORD 'old' IN ROLE authenticator; ALTER ROLE moody INHERIT`);
    const url = database.url.replace(/\/\/[^@]*@/, '//moody:old@');
    const service = await Service.start(url, ['--pool', '2']);
    database.sql(`ALTER ROLE moody PASSWORD 'new'`);
    assert.equal((await service.request('/x')).status, 200);
    database.terminateConnections();
    await service.logged(/event=database_connect_failed message=".*password authentication failed/);
    await until(async () => (await service.request('/x')).status === 503, 'the service to say so');
    database.sql(`ALTER ROLE moody PASSWORD 'old'`);
    await recovers(service);
    assert.doesNotMatch(service.log, /moody:old/);
    assert.equal(await service.stop(), 0);
  });
});

test('two servers: the service follows the one that takes writes', async () => {
  const readOnly = (server, yes) =>
    sql(`ALTER DATABASE ${server.database.name} SET default_transaction_read_only = ${yes ? 'on' : 'off'}`, {}, server.url);
  readOnly(second, true);
  // Through the sockets, which ask for no password: each server has another one.
  const db = `host='${first.host},${second.host}' port=${first.port},${second.port} user=postgres dbname=${first.database.name} target_session_attrs=read-write`;
  const service = await Service.start(db, ['--pool', '2']);
  assert.equal((await recovers(service)).port, first.port);
  first.stop();
  await until(async () => (await service.request('/x', { method: 'POST' })).status === 503, 'the first server to be away');
  // The second one is promoted.
  readOnly(second, false);
  assert.equal((await recovers(service)).port, second.port);
  assert.equal((await service.request('/x', { method: 'POST' })).status, 200);
  assert.equal(await service.stop(), 0);
  first.start();
});
