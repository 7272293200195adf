// ALTER EXTENSION pg_booking UPDATE: whoever comes from a released version has, object by object, what a new installation has, and
// the data that were there. Released install scripts lie in sql/released and never change.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before, describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeDirectory } from './machine.mjs';
import { createKey, databaseUrl, localDate, Salon, sql } from './support.mjs';

const top = fileURLToPath(new URL('../../', import.meta.url));
const { version } = JSON.parse(readFileSync(join(top, 'META.json'), 'utf8'));
const releasedDirectory = join(top, 'sql/released');
const installScript = /^pg_booking--(\d+\.\d+\.\d+)\.sql$/;
const released = readdirSync(releasedDirectory).flatMap((name) => name.match(installScript)?.[1] ?? []);

const prefix = `upgrade_${randomBytes(4).toString('hex')}`;
const url = (name) => databaseUrl.replace(/[^/]*$/, `${prefix}_${name}`);
let stage; // a copy of what is installed, with the released install scripts beside it

before(() => {
  const installed = sql('SHOW extension_destdir');
  const [share, library] = execFileSync('pg_config', ['--sharedir', '--pkglibdir'], { encoding: 'utf8' }).trim().split('\n');
  stage = makeDirectory();
  mkdirSync(join(stage, share, 'extension'), { recursive: true });
  const files = join(installed, share, 'extension');
  for (const name of readdirSync(files)) copyFileSync(join(files, name), join(stage, share, 'extension', name));
  for (const one of released) {
    copyFileSync(join(releasedDirectory, `pg_booking--${one}.sql`), join(stage, share, 'extension', `pg_booking--${one}.sql`));
  }
  // The same file, so that a server that has preloaded it does not load it again.
  mkdirSync(join(stage, library, '..'), { recursive: true });
  symlinkSync(join(installed, library), join(stage, library));
  for (const name of readdirSync(stage, { recursive: true })) chmodSync(join(stage, name), 0o755);
});

after(() => {
  for (const name of sql(`SELECT datname FROM pg_database WHERE datname ~ '^${prefix}'`).split('\n')) {
    if (name !== '') sql(`DROP DATABASE ${name} WITH (FORCE)`);
  }
  rmSync(stage, { recursive: true });
});

/** A database with the extension in this version. */
function install(name, wanted) {
  sql(`CREATE DATABASE ${prefix}_${name}`);
  sql(`SET client_min_messages = warning; SET extension_destdir = '${stage}'; CREATE EXTENSION pg_booking VERSION '${wanted}' CASCADE`, {}, url(name));
  return url(name);
}

function update(database, wanted = version) {
  sql(`SET extension_destdir = '${stage}'; ALTER EXTENSION pg_booking UPDATE TO '${wanted}'`, {}, database);
}

// What pg_dump says for pg_upgrade about places inside the cluster, and about columns that are gone.
const places = [
  /^SELECT pg_catalog\.binary_upgrade_set_next_[^;]*;$/gm,
  /^SELECT pg_catalog\.binary_upgrade_create_empty_extension[^;]*;$/gm, // names the tables of extconfig by their Oids
  /^UPDATE pg_catalog\.pg_(class|attribute)\s[^;]*;$/gm,
  /^ALTER TABLE ONLY \S+ DROP COLUMN "\.+pg\.dropped[^;]*;$/gm,
  /^\s*"\.+pg\.dropped.*$/gm,
  /^\\(un)?restrict .*$/gm,
  /^--.*$/gm,
];

/** Every object of the extension with its definition, privileges and comment, by name; for pg_upgrade, pg_dump spells them out. */
function definitions(database) {
  const dump = execFileSync('pg_dump', ['--schema-only', '--binary-upgrade', '--dbname', database], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const objects = {};
  for (const [, name, text] of dump.matchAll(/^-- Name: (.*); Owner: .*\n--\n([^]*?)(?=^-- Name: |(?![^]))/gm)) {
    objects[name] = places.reduce((rest, pattern) => rest.replace(pattern, ''), text).replace(/\n\s*\n/g, '\n').trim();
  }
  objects.extension = sql(`
    SELECT extversion, extrelocatable, extnamespace::regnamespace FROM pg_extension WHERE extname = 'pg_booking';
    SELECT dumped::regclass::text, condition FROM pg_extension, unnest(extconfig, extcondition) AS config (dumped, condition)
    WHERE extname = 'pg_booking' ORDER BY 1`, {}, database);
  return objects;
}

/** The definitions of a new installation. */
function fresh() {
  fresh.definitions ??= definitions(install('fresh', version));
  return fresh.definitions;
}

/** The names of objects that differ. */
function differences(ours, theirs) {
  return Object.keys({ ...ours, ...theirs }).filter((name) => ours[name] !== theirs[name]).sort();
}

test('released install scripts are as they were released', () => {
  const sums = readFileSync(join(releasedDirectory, 'SHA256SUMS'), 'utf8').trim();
  const expected = Object.fromEntries(sums === '' ? [] : sums.split('\n').map((line) => line.split('  ').reverse()));
  const found = Object.fromEntries(released.map((one) => {
    const name = `pg_booking--${one}.sql`;
    return [name, createHash('sha256').update(readFileSync(join(releasedDirectory, name))).digest('hex')];
  }));
  assert.deepEqual(found, expected);
  assert.ok(!released.includes(version), `${version} is released: it cannot be worked on`);
});

// A change of every kind that an update script can forget, and the object that must be found to differ.
const changes = {
  'a function\'s body': ['CREATE OR REPLACE FUNCTION booking.is_rate_group(name text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE BEGIN ATOMIC SELECT true; END',
    'is_rate_group(text); Type: FUNCTION; Schema: booking'],
  'a function\'s promise': ['ALTER FUNCTION booking.current_tenant() VOLATILE', 'current_tenant(); Type: FUNCTION; Schema: booking'],
  'a function\'s settings': ['ALTER FUNCTION booking.flush_key_usage RESET search_path', 'flush_key_usage(integer); Type: FUNCTION; Schema: booking'],
  'a privilege on a function': ['GRANT EXECUTE ON FUNCTION booking.housekeeping TO anon', 'FUNCTION housekeeping(max_rows integer, OUT task text, OUT changed_rows bigint); Type: ACL; Schema: booking'],
  'a privilege on a table': ['REVOKE INSERT ON booking.customers FROM booking_integration', 'TABLE customers; Type: ACL; Schema: booking'],
  'a privilege on a schema': ['GRANT CREATE ON SCHEMA booking TO anon', 'SCHEMA booking; Type: ACL; Schema: -'],
  'a comment': ['COMMENT ON TABLE booking.staff IS NULL', 'TABLE staff; Type: COMMENT; Schema: booking'],
  'a column': ['ALTER TABLE booking.locations ADD COLUMN more text', 'locations; Type: TABLE; Schema: booking'],
  'a column\'s type': ['ALTER TABLE booking.rate_limit_overrides ALTER COLUMN max_requests TYPE bigint', 'rate_limit_overrides; Type: TABLE; Schema: booking'],
  'a default': ['ALTER TABLE booking.holds ALTER COLUMN id DROP DEFAULT', 'holds; Type: TABLE; Schema: booking'],
  'a constraint': ['ALTER TABLE booking.busy_times DROP CONSTRAINT no_double_booking', 'busy_times no_double_booking; Type: CONSTRAINT; Schema: booking'],
  'an index': ['DROP INDEX booking.bookings_by_customer', 'bookings_by_customer; Type: INDEX; Schema: booking'],
  'row-level security': ['ALTER TABLE booking.bookings NO FORCE ROW LEVEL SECURITY', 'bookings; Type: TABLE; Schema: booking'],
  'a policy': ['ALTER POLICY own_tenant ON booking.customers USING (true)', 'customers own_tenant; Type: POLICY; Schema: booking'],
  'a view': ['ALTER VIEW booking.stats SET (security_invoker = true)', 'stats; Type: VIEW; Schema: booking'],
  'a label of a type': ['ALTER TYPE booking.plan ADD VALUE \'another\'', 'plan; Type: TYPE; Schema: booking'],
  'a member of a type': ['ALTER TYPE booking.v1_webhook_data ADD ATTRIBUTE more text', 'v1_webhook_data; Type: TYPE; Schema: booking'],
  'what belongs to the extension': ['ALTER EXTENSION pg_booking DROP VIEW booking.stats_webhooks', 'stats_webhooks; Type: VIEW; Schema: booking'],
  'what is dumped': ['UPDATE pg_extension SET extcondition[1] = \'WHERE false\' WHERE extname = \'pg_booking\'', 'extension'],
};

describe('the comparison', () => {
  let database;
  let found;
  before(() => {
    database = install('changed', version);
    assert.deepEqual(differences(definitions(database), fresh()), []);
    sql(Object.values(changes).map(([statement]) => statement).join(';\n'), {}, database);
    found = differences(definitions(database), fresh());
  });

  for (const [name, [, object]] of Object.entries(changes)) {
    test(`notices ${name}`, () => assert.ok(found.includes(object), `${object} is none of ${found.join('\n')}`));
  }
});

// The version after this one, as a release makes it: an install script that says more, and a script that adds it.
const added = `
CREATE TABLE booking.upgrade_notes (tenant_id uuid NOT NULL REFERENCES booking.tenants, note text, PRIMARY KEY (tenant_id));
COMMENT ON TABLE booking.upgrade_notes IS 'Of a test.';
ALTER TABLE booking.upgrade_notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.upgrade_notes FORCE ROW LEVEL SECURITY;
ALTER TABLE booking.staff ADD COLUMN upgraded boolean NOT NULL DEFAULT true;
CREATE OR REPLACE FUNCTION booking.is_rate_group(name text) RETURNS boolean
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT name <> 'upgrade' AND EXISTS (SELECT FROM booking.rate_groups() AS g WHERE g.rate_group = name AND g.counted_by <> 'address');
END;
GRANT SELECT ON booking.upgrade_notes TO service_role;
SELECT pg_catalog.pg_extension_config_dump('booking.upgrade_notes', '');
`;

describe('an update', () => {
  const next = 'next';
  let wanted;
  before(() => {
    const files = join(stage, execFileSync('pg_config', ['--sharedir'], { encoding: 'utf8' }).trim(), 'extension');
    const script = readFileSync(join(files, `pg_booking--${version}.sql`), 'utf8');
    writeFileSync(join(files, `pg_booking--${next}.sql`), script + added);
    writeFileSync(join(files, `pg_booking--${version}--${next}.sql`), added);
    writeFileSync(join(files, `pg_booking--${version}--forgetful.sql`), added.replace(/^(GRANT|COMMENT) .*\n/gm, ''));
    wanted = definitions(install('next', next));
  });

  test('that does all that the new install script does leaves no difference, and the rows that were there', () => {
    const database = install('complete', version);
    const salon = new Salon({ database, people: 3 });
    update(database, next);
    assert.deepEqual(differences(definitions(database), wanted), []);
    assert.equal(sql('SELECT count(*) FROM booking.staff WHERE tenant_id = :\'tenant\' AND upgraded', { tenant: salon.tenantId }, database), '3');
  });

  test('that forgets something is found out', () => {
    const database = install('forgetful', version);
    update(database, 'forgetful');
    assert.deepEqual(differences(definitions(database), wanted),
      ['TABLE upgrade_notes; Type: ACL; Schema: booking', 'TABLE upgrade_notes; Type: COMMENT; Schema: booking', 'extension']);
  });
});

describe(`to ${version} from`, () => {
  for (const from of released) {
    test(from, () => {
      const database = install(from.replace(/\./g, '_'), from);
      // Rows as they are: between the new library and the update nothing is served, and functions of either may fail.
      const salon = new Salon({ database });
      const apiKey = createKey(salon.slug, 'all', database);
      const booking = sql(`
        INSERT INTO booking.customers (tenant_id, name) VALUES (:'tenant', 'Guest') RETURNING id AS customer \\gset
        INSERT INTO booking.bookings (tenant_id, location_id, service_id, staff_id, customer_id, status, starts_at, ends_at,
          buffer_before_minutes, buffer_after_minutes, service_name, price_type, pricing_version, guest_name, source, cancel_deadline_at)
        SELECT tenant_id, l.id, s.id, p.id, :'customer', 'confirmed', :'start', :'start'::timestamptz + interval '45 minutes',
          0, 0, s.name, 'free', '1', 'Guest', 'api', :'start'
        FROM booking.services AS s JOIN booking.locations AS l USING (tenant_id) JOIN booking.staff AS p USING (tenant_id)
        WHERE tenant_id = :'tenant' AND s.name = 'Haircut';
        INSERT INTO booking.busy_times (tenant_id, staff_id, kind, booking_id, protected_from, protected_to)
        SELECT tenant_id, staff_id, 'booking', id, starts_at, ends_at FROM booking.bookings;
        SELECT booking.public_id('bkg', id) FROM booking.bookings`,
      { tenant: salon.tenantId, start: `${localDate(3)} 10:00 Europe/Budapest` }, database);

      update(database);
      const names = differences(definitions(database), fresh());
      assert.deepEqual(names, [], names.map((name) => `-- ${name}\n${fresh()[name] ?? '-- is to be dropped'}`).join('\n\n'));

      const ask = (method, path, body) => {
        const headers = JSON.stringify({ authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' });
        const answer = sql(`SELECT row_to_json(a) FROM booking.http_request(:'method', :'path', :'headers', nullif(:'body', '')) AS a`,
          { method, path, headers, body: body === undefined ? '' : JSON.stringify(body) }, database);
        const { status, body: text } = JSON.parse(answer);
        return { status, data: JSON.parse(text).data };
      };
      const { data: { bookings: [{ id, serviceId, staffId, date }] } } = ask('GET', `/v1/bookings?salonSlug=${salon.slug}`);
      assert.equal(id, booking);
      const wish = { salonSlug: salon.slug, serviceId, staffId, date, guest: { name: 'Guest', email: 'guest@example.com' } };
      assert.equal(ask('POST', '/v1/bookings', { ...wish, startTime: '10:15' }).status, 409);
      assert.equal(ask('POST', '/v1/bookings', { ...wish, startTime: '11:00' }).status, 201);
    });
  }
});
