// Instances of pg-booking-http of a test's own, a database whose gateway is a stand-in that shows what the door passes
// on, and raw connections.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { databaseUrl, sql } from './support.mjs';

export const binary = process.env.PG_BOOKING_HTTP ?? fileURLToPath(new URL('../../pg-booking-http', import.meta.url));

// Environment of the services: what the caller's shell says must not reach them.
export const cleanEnv = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PG|PG_BOOKING_)/.test(name)));

/** Runs the program to its end; resolves to { code, stdout, stderr }. */
export async function runDoor(args, env = {}) {
  const child = spawn(binary, args, { env: { ...cleanEnv, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const result = { stdout: '', stderr: '' };
  child.stdout.on('data', (data) => (result.stdout += data));
  child.stderr.on('data', (data) => (result.stderr += data));
  [result.code] = await once(child, 'close');
  return result;
}

/** A running service. */
export class Service {
  /** Those that have not ended: a failed test must not leave one behind, nor this process wait for it. */
  static running = new Set();

  /** Resolves when it listens, on any free port unless `args` say otherwise. */
  static async start(db, args = [], env = {}) {
    const service = new Service();
    service.log = '';
    service.stdout = '';
    service.child = spawn(binary, ['--listen', '127.0.0.1:0', '--webhooks', 'off', '--db', db, ...args], {
      env: { ...cleanEnv, ...env }, stdio: ['ignore', 'pipe', 'pipe'],
    });
    service.child.stderr.on('data', (data) => (service.log += data));
    service.child.stdout.on('data', (data) => (service.stdout += data));
    Service.running.add(service);
    service.ended = once(service.child, 'close').then(([code]) => {
      Service.running.delete(service);
      return code;
    });
    await Promise.race([once(service.child.stdout, 'data'), service.ended]);
    const listening = service.stdout.match(/listening on (https?:\/\/(.*):(\d+)),/);
    assert.ok(listening, `the service did not start: ${service.log}`);
    [, service.url, service.host, service.port] = listening;
    return service;
  }

  /** Sends SIGTERM; resolves to the exit code. */
  stop() {
    this.child.kill('SIGTERM');
    return this.ended;
  }

  connect() {
    return new Connection(Number(this.port));
  }

  /** Sends bytes on a connection of their own and resolves to everything that came back until the service closed it. */
  async raw(bytes) {
    const connection = this.connect();
    connection.send(bytes);
    return connection.closed();
  }

  /** Resolves to { status, headers, text } of a request, which is GET on a connection of its own unless told otherwise. */
  async request(path, { method = 'GET', headers = {}, body } = {}) {
    const response = await fetch(this.url + path, { method, headers, body });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** What the stand-in says it was given. */
  async echo(path, options) {
    const { status, text } = await this.request(path, options);
    assert.equal(status, 200, text);
    return JSON.parse(text);
  }

  /** Waits until the log matches. */
  async logged(pattern) {
    await until(() => pattern.test(this.log), `${pattern} in the log`);
    return this.log.match(pattern);
  }
}

/** A TCP connection whose bytes the test writes and reads itself. */
export class Connection {
  constructor(port) {
    this.received = '';
    this.socket = net.connect(port, '127.0.0.1');
    this.socket.on('data', (data) => (this.received += data.toString('latin1')));
    this.socket.on('error', (error) => (this.error = error));
    this.end = once(this.socket, 'close').catch(() => {});
  }

  send(bytes) {
    this.socket.write(bytes);
  }

  /** The status codes that have come so far, in order. */
  get statuses() {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  }

  async receives(pattern) {
    await until(() => pattern.test(this.received), `${pattern} in ${JSON.stringify(this.received)}`);
  }

  async closed() {
    await this.end;
    return this;
  }

  destroy() {
    this.socket.destroy();
  }
}

export async function until(condition, what) {
  for (const deadline = Date.now() + 30_000; !(await condition()); await sleep(5)) {
    assert.ok(Date.now() < deadline, `waited 30 seconds for ${what}`);
  }
}

// Targets choose what the stand-in does; any other is answered with what it was given.
const standIn = `
CREATE SEQUENCE calls;
CREATE OR REPLACE FUNCTION booking.http_request_packed(method text, target text, headers text, body bytea, peer text) RETURNS bytea
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  action text := split_part(split_part(target, '?', 1), '/', 2);
  argument text := split_part(split_part(target, '?', 1), '/', 3);
BEGIN
  PERFORM nextval('public.calls');
  IF action = 'sleep' THEN PERFORM pg_sleep(argument::double precision); END IF;
  IF action = 'wait' THEN PERFORM pg_advisory_xact_lock_shared(argument::bigint); END IF;
  IF action = 'die' THEN PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(10); END IF;
  IF action = 'fail' THEN RAISE EXCEPTION 'the cause' USING ERRCODE = 'P0042', HINT = 'the cure', DETAIL = 'the detail'; END IF;
  IF action = 'commit' THEN INSERT INTO public.parent VALUES (1); END IF;
  IF action = 'four' THEN RETURN E'200\n\nfour'; END IF;
  IF action = 'answer' THEN RETURN body; END IF;
  RETURN convert_to(E'200\\nContent-Type: application/json\\nX-Request-Id: req_stand_in\\n\\n' || json_build_object('method', method,
    'target', target, 'headers', headers, 'body', md5(body), 'bytes', octet_length(body), 'peer', peer,
    'isolation', current_setting('transaction_isolation'), 'timeout', current_setting('statement_timeout'),
    'port', current_setting('port')), 'UTF8');
END $$;
CREATE TABLE parent (id int PRIMARY KEY, sibling int REFERENCES parent DEFERRABLE INITIALLY DEFERRED DEFAULT 99);`;

/** A database of its own in the cluster of DATABASE_URL, with the extension. */
export class TestDatabase {
  constructor(name, server = databaseUrl) {
    this.name = `door_${name}_${process.pid}`;
    this.server = server;
    this.url = server.replace(/[^/]*$/, this.name);
    sql(`CREATE DATABASE ${this.name}`, {}, server);
  }

  installExtension() {
    this.sql('SET client_min_messages = warning; CREATE EXTENSION pg_booking CASCADE');
  }

  installStandIn() {
    this.sql(standIn);
  }

  sql(text) {
    return sql(text, {}, this.url);
  }

  /** How often the stand-in was called, also by requests that failed. */
  calls() {
    return Number(this.sql('SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM calls'));
  }

  /** Closes the connections of services; returns how many there were. */
  terminateConnections() {
    return Number(sql(`SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
      WHERE datname = '${this.name}' AND application_name = 'pg-booking-http'`, {}, this.server));
  }

  /** Makes the database unreachable, and reachable again: what a restart looks like from outside. */
  setAway(away) {
    sql(`ALTER DATABASE ${this.name} ALLOW_CONNECTIONS ${!away}`, {}, this.server);
    if (away) this.terminateConnections();
  }

  drop() {
    sql(`DROP DATABASE ${this.name} WITH (FORCE)`, {}, this.server);
  }
}
