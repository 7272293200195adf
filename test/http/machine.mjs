// Starts and stops clusters, services and demos of a test's own, in a directory of its own.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const scripts = fileURLToPath(new URL('../bin/', import.meta.url));

/** Runs a script of test/bin and returns its output; a failing script is an error that holds it. */
export function run(script, args, env = {}) {
  return execFileSync(join(scripts, script), args, {
    encoding: 'utf8', env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A new directory, open to the user that root's servers run as. */
export function makeDirectory() {
  const directory = mkdtempSync(join(process.env.TEST_DIR ?? tmpdir(), 'pg-booking-test-'));
  chmodSync(directory, 0o755);
  return directory;
}

/** The variables of a file of NAME=VALUE lines; none if there is no such file. */
export function readEnv(path) {
  if (!existsSync(path)) return {};
  return Object.fromEntries(readFileSync(path, 'utf8').trim().split('\n').map((line) => {
    const [name, ...value] = line.split('=');
    return [name, value.join('=')];
  }));
}

/** A cluster with the example data, and a service for it. */
export class Machine {
  constructor() {
    this.directory = makeDirectory();
    this.cluster = join(this.directory, 'cluster');
    this.service = join(this.directory, 'service');
  }

  /** `settings` are NAME=VALUE, for a new cluster. */
  startCluster(...settings) {
    run('cluster', ['start', this.cluster, ...settings]);
    run('create-database', [this.cluster, 'booking']);
    this.databaseUrl = readEnv(join(this.cluster, 'cluster.env')).DATABASE_URL.replace(/[^/]*$/, 'booking');
  }

  startService() {
    run('service', ['start', this.service, this.cluster, 'booking']);
    const { BOOKING_URL, SERVICE_PID } = readEnv(join(this.service, 'service.env'));
    this.url = BOOKING_URL;
    this.servicePid = Number(SERVICE_PID);
  }

  /** Stops everything and leaves no file. */
  remove() {
    run('service', ['stop', this.service]);
    run('cluster', ['stop', this.cluster]);
    rmSync(this.directory, { recursive: true });
  }
}
