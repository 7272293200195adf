-- Rules that every object of the extension obeys. A violation fails with the object's name, and a new table or function
-- is held to the same rules without a test of its own.
BEGIN;
SELECT plan(72);

CREATE TEMP VIEW extension_objects AS
  SELECT d.classid, d.objid FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
  WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND e.extname = 'pg_booking';

CREATE TEMP VIEW tables AS
  SELECT c.oid::regclass::text AS name, c.* FROM pg_class AS c
  WHERE c.relnamespace = 'booking'::regnamespace AND c.relkind IN ('r', 'p');

CREATE TEMP VIEW functions AS
  SELECT p.oid::regprocedure::text AS name, p.* FROM pg_proc AS p
  JOIN extension_objects ON classid = 'pg_proc'::regclass AND objid = p.oid;

CREATE TEMP VIEW types AS
  SELECT t.oid, t.oid::regtype::text AS name FROM pg_type AS t LEFT JOIN pg_class AS c ON c.oid = t.typrelid
  WHERE t.typnamespace = 'booking'::regnamespace AND t.typcategory <> 'A' AND coalesce(c.relkind, 'c') = 'c';

CREATE TEMP VIEW policies AS
  SELECT tables.name || ': ' || p.polname AS name, p.polcmd, concat(p.polqual, p.polwithcheck) AS tree,
         coalesce(pg_get_expr(p.polqual, p.polrelid), '') AS visible, coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') AS writable
  FROM pg_policy AS p JOIN tables ON tables.oid = p.polrelid;

CREATE FUNCTION pg_temp.column_name(table_id oid, number smallint) RETURNS name
  LANGUAGE sql STABLE AS $$ SELECT attname FROM pg_attribute WHERE attrelid = table_id AND attnum = number $$;

SELECT cmp_ok((SELECT count(*) FROM tables), '>=', 16::bigint, 'the rules below look at tables');
SELECT cmp_ok((SELECT count(*) FROM functions), '>=', 40::bigint, 'at functions');
SELECT cmp_ok((SELECT count(*) FROM types), '>=', 19::bigint, 'at types');
SELECT cmp_ok((SELECT count(*) FROM policies), '>=', 16::bigint, 'and at policies');

-- Tenants and their isolation.

-- What is the operator's and the same for every tenant. Without a policy, row-level security leaves such a table to roles that
-- bypass it.
CREATE TEMP TABLE global_tables (name text, reason text);
INSERT INTO global_tables VALUES ('booking.rate_limit_overrides', 'what a plan is worth does not depend on who has it');

SELECT set_eq($$
  SELECT name FROM tables WHERE NOT EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = tables.oid AND attname = 'tenant_id' AND atttypid = 'uuid'::regtype AND attnotnull)
$$, 'SELECT name FROM global_tables', 'every table has tenant_id uuid NOT NULL, but for the global ones');
SELECT is_empty('SELECT name FROM tables WHERE NOT relrowsecurity', 'every table has row-level security');
SELECT is_empty('SELECT name FROM tables WHERE NOT relforcerowsecurity', 'which binds its owner too');
SELECT set_eq('SELECT name FROM tables WHERE NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = tables.oid)',
  'SELECT name FROM global_tables', 'every table has a policy, but for the global ones, which no tenant sees');
SELECT is_empty($$
  SELECT name, visible FROM policies WHERE polcmd <> 'a' AND visible !~ '\mtenant_id = booking\.current_tenant\(\)'
$$, 'every policy shows rows of booking.current_tenant() only');
SELECT is_empty($$
  SELECT name, writable FROM policies
  WHERE polcmd IN ('*', 'a', 'w') AND writable !~ '\mtenant_id = booking\.current_tenant\(\)'
$$, 'and lets no other be written');
SELECT is_empty($$ SELECT name, visible, writable FROM policies WHERE visible ~ '\mOR\M' OR writable ~ '\mOR\M' $$,
  'no policy has an alternative to that');
SELECT is_empty($$ SELECT name FROM policies WHERE tree ~ 'SUBLINK' $$, 'no policy has a sub-select');
SELECT is_empty($$
  SELECT oid::regclass FROM pg_class WHERE relnamespace = 'booking'::regnamespace AND relkind IN ('m', 'f')
$$, 'no materialized view or foreign table, which would need rules of their own');
-- A view of the extension's owner shows all tenants' rows to whoever may read it.
SELECT is_empty($$
  SELECT c.oid::regclass, acl.grantee::regrole FROM pg_class AS c, aclexplode(coalesce(relacl, acldefault('r', relowner))) AS acl
  WHERE c.relnamespace = 'booking'::regnamespace AND c.relkind = 'v'
    AND (c.relname !~ '^stats' OR acl.grantee NOT IN (c.relowner, 'pg_monitor'::regrole))
$$, 'views are statistics, for pg_monitor only');
SELECT is_empty($$
  SELECT c.oid::regclass, attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
  WHERE c.relnamespace = 'booking'::regnamespace AND c.relkind = 'v' AND attname ~ 'tenant|^id$|_id$|customer|guest'
$$, 'and name no tenant');

-- What /rest/v1 exposes.

SELECT is_empty($$
  SELECT oid::regclass FROM pg_class WHERE relnamespace = 'api'::regnamespace
    AND NOT (relkind = 'v' AND coalesce(reloptions, '{}') && ARRAY['security_invoker=true'])
$$, 'schema api holds views that run as their caller, and nothing else');
SELECT is_empty($$
  SELECT v.oid::regclass FROM pg_class AS v WHERE v.relnamespace = 'api'::regnamespace AND NOT EXISTS (
    SELECT FROM pg_attribute AS a WHERE a.attrelid = v.oid AND a.attname = 'therapist_id')
$$, 'each of them tells whose a row is');
SELECT is_empty($$
  SELECT v.oid::regclass, t.oid::regclass
  FROM pg_class AS v JOIN pg_rewrite AS r ON r.ev_class = v.oid
  JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
  JOIN pg_class AS t ON t.oid = d.refobjid AND t.oid <> v.oid
  WHERE v.relnamespace = 'api'::regnamespace AND t.oid NOT IN (SELECT oid FROM tables)
$$, 'and reads tables that the rules above hold for');
SELECT is_empty($$
  SELECT v.oid::regclass FROM pg_class AS v WHERE v.relnamespace = 'api'::regnamespace AND coalesce(obj_description(v.oid, 'pg_class'), '') = ''
$$, 'every view has a comment');
SELECT is_empty($$
  SELECT role, v.oid::regclass FROM unnest(ARRAY['anon', 'authenticator', 'booking_integration']) AS role, pg_class AS v
  WHERE v.relnamespace = 'api'::regnamespace AND has_any_column_privilege(role, v.oid, 'SELECT, INSERT, UPDATE')
$$, 'nobody looks at a practice without signing in');

-- Who is signed in: tables of all users and of keys, for the extension's owner only. Row-level security without a policy
-- keeps them shut even if somebody grants a right on them.

CREATE TEMP VIEW auth_tables AS
  SELECT c.oid::regclass::text AS name, c.* FROM pg_class AS c WHERE c.relnamespace = 'auth'::regnamespace AND c.relkind = 'r';

SELECT cmp_ok((SELECT count(*) FROM auth_tables), '>=', 2::bigint, 'schema auth holds tables');
SELECT is_empty('SELECT name FROM auth_tables WHERE NOT (relrowsecurity AND relforcerowsecurity)', 'each has row-level security');
SELECT is_empty($$ SELECT name FROM auth_tables, aclexplode(relacl) AS acl WHERE acl.grantee <> relowner $$, 'and is nobody''s');
SELECT is_empty($$ SELECT name FROM auth_tables WHERE coalesce(obj_description(oid, 'pg_class'), '') = '' $$, 'each has a comment');
SELECT is_empty($$
  SELECT name FROM auth_tables WHERE oid NOT IN (SELECT unnest(extconfig) FROM pg_extension WHERE extname = 'pg_booking')
$$, 'pg_dump saves their rows');

-- Keys: two look-ups are made before anybody knows the tenant, and so are unique over all of them, as global tables are.

CREATE TEMP TABLE global_keys (name name, reason text);
INSERT INTO global_keys VALUES
  ('tenant_slugs_pkey', 'a slug names one tenant among all'),
  ('api_key_secrets_pkey', 'a caller brings a key before anybody knows the tenant'),
  ('rate_limit_overrides_pkey', 'of a global table');

SELECT is_empty($$
  SELECT con.conrelid::regclass, con.conname, pg_get_constraintdef(con.oid)
  FROM pg_constraint AS con JOIN tables ON tables.oid = con.conrelid
  WHERE con.contype IN ('p', 'u', 'x', 'f') AND pg_temp.column_name(con.conrelid, con.conkey[1]) <> 'tenant_id'
    AND con.conname NOT IN (SELECT name FROM global_keys)
$$, 'every primary key, unique, exclusion and foreign key starts with tenant_id');
SELECT is_empty($$
  SELECT i.indexrelid::regclass FROM pg_index AS i JOIN tables ON tables.oid = i.indrelid
  WHERE i.indisunique AND pg_temp.column_name(i.indrelid, i.indkey[0]) IS DISTINCT FROM 'tenant_id'
    AND (SELECT relname FROM pg_class WHERE oid = i.indexrelid) NOT IN (SELECT name FROM global_keys)
$$, 'so does every unique index');
SELECT is_empty($$
  SELECT con.conrelid::regclass, con.conname, pg_get_constraintdef(con.oid) FROM pg_constraint AS con
  JOIN tables ON tables.oid = con.conrelid
  WHERE con.contype = 'f' AND pg_temp.column_name(con.confrelid, con.confkey[1]) <> 'tenant_id'
$$, 'a foreign key leads from tenant_id to tenant_id');
SELECT is_empty($$
  SELECT con.conname FROM pg_constraint AS con JOIN pg_operator AS op ON op.oid = con.conexclop[1]
  WHERE con.contype = 'x' AND con.connamespace = 'booking'::regnamespace AND op.oprname <> '='
$$, 'an exclusion constraint compares tenant_id for equality');
SELECT results_eq($$
  SELECT conname FROM pg_constraint WHERE conname IN (SELECT name FROM global_keys) ORDER BY 1
$$, $$ SELECT name FROM global_keys ORDER BY 1 $$, 'the exceptions exist');
SELECT is_empty($$
  SELECT con.conrelid::regclass, con.conname FROM pg_constraint AS con JOIN tables ON tables.oid = con.conrelid
  WHERE NOT con.convalidated
$$, 'every constraint is validated');

-- What would not shard.

SELECT results_eq($$
  SELECT tables.name, (SELECT string_agg(name, ' ') FROM (VALUES (4, 'INSERT'), (16, 'UPDATE'), (8, 'DELETE')) AS e (bit, name)
                       WHERE t.tgtype & bit > 0) FROM pg_trigger AS t JOIN tables ON tables.oid = t.tgrelid
  WHERE NOT t.tgisinternal AND t.tgfoid = 'booking.queue_rule_change'::regproc ORDER BY 1
$$, $$ VALUES
  ('booking.blocked_slots', 'INSERT UPDATE DELETE'), ('booking.breaks', 'INSERT UPDATE DELETE'),
  ('booking.date_overrides', 'INSERT UPDATE DELETE'), ('booking.locations', 'UPDATE'), ('booking.opening_hours', 'INSERT UPDATE DELETE'),
  ('booking.resources', 'INSERT UPDATE'), ('booking.service_resources', 'INSERT UPDATE DELETE'),
  ('booking.services', 'UPDATE'), ('booking.staff', 'UPDATE'), ('booking.staff_services', 'INSERT UPDATE DELETE'),
  ('booking.tenants', 'UPDATE'), ('booking.time_off', 'INSERT UPDATE DELETE'), ('booking.working_hours', 'INSERT UPDATE DELETE')
$$, 'changes of what is bookable are queued with bookings: a lock of the tenant, so it may shard with it');
SELECT is_empty($$
  SELECT t.tgrelid::regclass, t.tgname FROM pg_trigger AS t JOIN tables ON tables.oid = t.tgrelid
  WHERE NOT t.tgisinternal AND t.tgfoid <> 'booking.queue_rule_change'::regproc
$$, 'no other triggers, and none that a booking fires');
SELECT is_empty('SELECT evtname FROM pg_event_trigger JOIN extension_objects ON objid = pg_event_trigger.oid', 'no event triggers');
SELECT is_empty($$ SELECT r.ev_class::regclass, r.rulename FROM pg_rewrite AS r JOIN tables ON tables.oid = r.ev_class $$,
  'no rules');
SELECT is_empty($$ SELECT oid::regclass FROM pg_class WHERE relnamespace = 'booking'::regnamespace AND relkind = 'S' $$,
  'no sequences');
SELECT is_empty($$ SELECT attrelid::regclass, attname FROM pg_attribute JOIN tables ON tables.oid = attrelid WHERE attidentity <> '' $$,
  'no identity columns');
SELECT is_empty($$
  SELECT functions.name FROM functions JOIN pg_language AS l ON l.oid = prolang
  WHERE provolatile = 'v' AND l.lanname IN ('sql', 'plpgsql') AND proargnames[1] IS DISTINCT FROM 'tenant_id'
    AND pronamespace <> 'api'::regnamespace  -- for the tenant that is signed in
    AND pronamespace <> 'auth'::regnamespace -- about users, who are there before their tenant
    AND prorettype <> 'trigger'::regtype     -- for the row's
    AND proname NOT IN ('create_tenant',  -- makes one
                        'create_practice',
                        'housekeeping',   -- deletes what has expired, whosever it is
                        'claim_webhooks', -- hands out what is due, whosever it is
                        'flush_key_usage')  -- a part of it
$$, 'every function that may write takes the tenant first');

-- Comments.

SELECT is_empty($$ SELECT name FROM tables WHERE coalesce(obj_description(oid, 'pg_class'), '') = '' $$,
  'every table has a comment');
SELECT is_empty($$
  SELECT oid::regclass FROM pg_class
  WHERE relnamespace = 'booking'::regnamespace AND relkind = 'v' AND coalesce(obj_description(oid, 'pg_class'), '') = ''
$$, 'every view has a comment');
SELECT is_empty($$ SELECT name FROM types WHERE coalesce(obj_description(oid, 'pg_type'), '') = '' $$, 'every type has a comment');
SELECT is_empty($$ SELECT name FROM functions WHERE coalesce(obj_description(oid, 'pg_proc'), '') = '' $$,
  'every function has a comment');

-- Functions.

SELECT results_eq('SELECT name FROM functions WHERE prosecdef ORDER BY proname', $$ VALUES
  ('booking.claim_webhooks(integer,interval)'),  -- for all tenants, with secrets that its callers must not see
  ('booking.housekeeping(integer)'),           -- for all tenants
  ('booking.metrics()'),                       -- numbers about all tenants
  ('booking.new_webhook_secret(uuid)'),        -- with a key that its callers must not see
  ('booking.own_rate_limits()'),               -- from the memory of all tenants
  ('booking.record_webhook_attempt(uuid,uuid,integer,uuid,integer,text,integer,text,integer)'),  -- what came of what was claimed
  ('booking.seal_webhook_secret(uuid,text)'),  -- with a key that its callers must not see
  ('booking.v1_overriding_user(uuid)')         -- from keys that its callers must not see
$$, 'no other function runs as its owner');
SELECT is_empty($$
  SELECT name FROM functions WHERE prosecdef AND NOT coalesce(proconfig, '{}') && ARRAY['search_path=pg_catalog, pg_temp']
$$, 'and what does has a fixed search_path');
SELECT is_empty($$
  SELECT functions.name FROM functions JOIN pg_language AS l ON l.oid = prolang
  WHERE l.lanname <> 'c' AND prosqlbody IS NULL AND NOT coalesce(proconfig, '{}') && ARRAY['search_path=pg_catalog, pg_temp']
$$, 'a function whose names are looked up when it runs has a fixed search_path');
SELECT is_empty($$
  SELECT functions.name FROM functions JOIN pg_language AS l ON l.oid = prolang
  WHERE l.lanname = 'plpgsql' AND prosrc ~* '\mexecute\M'
$$, 'no function builds SQL from strings');
SELECT is_empty('SELECT name FROM functions WHERE proleakproof', 'no function claims to be leakproof');
SELECT is_empty($$
  SELECT functions.name FROM functions, aclexplode(coalesce(proacl, acldefault('f', proowner))) AS acl WHERE acl.grantee = 0
$$, 'no function is for everybody');

-- Roles.

SELECT results_eq($$
  SELECT oid::regrole::text, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls FROM pg_roles
  WHERE rolname IN ('authenticator', 'anon', 'authenticated', 'service_role', 'booking_integration') ORDER BY rolname
$$, $$ VALUES
  ('anon',                false, false, false, false, false, false, false),
  ('authenticated',       false, false, false, false, false, false, false),
  ('authenticator',       false, false, false, false, true,  false, false),
  ('booking_integration', false, false, false, false, false, false, false),
  ('service_role',        false, false, false, false, false, false, true)
$$, 'attributes of the roles: super, inherit, createrole, createdb, login, replication, bypassrls');
SELECT results_eq($$
  SELECT roleid::regrole::text, admin_option FROM pg_auth_members WHERE member = 'authenticator'::regrole ORDER BY 1
$$, $$ VALUES ('anon', false), ('authenticated', false), ('booking_integration', false), ('service_role', false) $$,
  'authenticator may become the callers'' roles and no other');
SELECT is_empty($$
  SELECT member::regrole, roleid::regrole FROM pg_auth_members
  WHERE member IN ('anon'::regrole, 'authenticated'::regrole, 'service_role'::regrole, 'booking_integration'::regrole)
$$, 'a caller''s role may become nobody else');

CREATE TEMP VIEW roles AS
  SELECT oid::regrole::text AS role FROM pg_roles WHERE rolname IN ('authenticator', 'anon', 'authenticated', 'service_role',
    'booking_integration');

SELECT results_eq($$
  SELECT role, privilege FROM roles, (VALUES ('USAGE'), ('CREATE')) AS p (privilege)
  WHERE has_schema_privilege(role, 'booking', privilege) ORDER BY role
$$, $$ VALUES ('authenticated', 'USAGE'), ('authenticator', 'USAGE'), ('booking_integration', 'USAGE'), ('service_role', 'USAGE') $$,
  'who may look into the schema; nobody creates there');
SELECT results_eq($$ SELECT name FROM functions WHERE has_function_privilege('authenticator', oid, 'EXECUTE') ORDER BY proname $$,
  $$ VALUES ('booking.claim_webhooks(integer,interval)'), ('booking.door_answers()'), ('booking.housekeeping(integer)'),
    ('booking.http_request(text,text,jsonb,text,text)'), ('booking.http_request_packed(text,text,text,bytea,text)'),
    ('booking.library_version()'), ('booking.metrics()'),
    ('booking.record_webhook_attempt(uuid,uuid,integer,uuid,integer,text,integer,text,integer)'), ('booking.request_counters()') $$,
  'authenticator calls the door, its housekeeping, its statistics and what a sender of webhooks needs, no other function');
SELECT set_eq($$ SELECT name FROM functions WHERE has_function_privilege('anon', oid, 'EXECUTE') $$,
  ARRAY['auth.email()', 'auth.jwt()', 'auth.role()', 'auth.uid()'], 'anon may ask who it is, no more');
SELECT set_eq($$ SELECT name FROM functions WHERE pronamespace = 'auth'::regnamespace AND has_function_privilege('authenticated', oid, 'EXECUTE') $$,
  ARRAY['auth.email()', 'auth.jwt()', 'auth.role()', 'auth.uid()'], 'so may authenticated in schema auth');
SELECT is_empty($$
  SELECT name FROM functions WHERE has_function_privilege('authenticated', oid, 'EXECUTE')
    AND pronamespace = 'booking'::regnamespace AND proname ~ '^http_request|^(create_tenant|housekeeping|rate_limit_status|flush_key_usage|seal_webhook_secret|random_bytes)$'
$$, 'authenticated makes neither tenants nor requests, and sees no other''s counts or secrets');
SELECT is_empty($$
  SELECT functions.name FROM functions
  WHERE has_function_privilege('booking_integration', oid, 'EXECUTE')
    AND (proname ~ '^http_request' OR proname ~ '(tenant|api_key)$' AND proname <> 'current_tenant')
$$, 'booking_integration makes neither tenants nor keys nor requests');
-- Every privilege on tables, whether on the whole or on a column. Rows that the API key look-up needs are read as the owner.
CREATE TEMP VIEW table_privileges AS
  SELECT role, tables.name, string_agg(privilege, ' ' ORDER BY place) AS privileges
  FROM roles, tables, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'])
    WITH ORDINALITY AS p (privilege, place)
  WHERE CASE WHEN privilege IN ('DELETE', 'TRUNCATE', 'TRIGGER') THEN has_table_privilege(role, tables.oid, privilege)
             ELSE has_any_column_privilege(role, tables.oid, privilege) END
  GROUP BY role, tables.name;

SELECT is_empty($$ SELECT * FROM table_privileges WHERE role IN ('authenticator', 'anon') $$,
  'authenticator and anon have no right on any table');
SELECT results_eq($$ SELECT name, privileges FROM table_privileges WHERE role = 'authenticated' AND privileges <> 'SELECT' ORDER BY name $$, $$ VALUES
  ('booking.api_key_secrets', 'SELECT INSERT UPDATE'),
  ('booking.api_keys', 'SELECT INSERT UPDATE'),
  ('booking.blocked_slots', 'SELECT INSERT UPDATE DELETE'),
  ('booking.booking_events', 'SELECT INSERT'),
  ('booking.bookings', 'SELECT INSERT UPDATE'),
  ('booking.breaks', 'SELECT INSERT UPDATE DELETE'),
  ('booking.busy_times', 'SELECT INSERT DELETE'),
  ('booking.customers', 'SELECT INSERT UPDATE DELETE'),
  ('booking.date_overrides', 'SELECT INSERT UPDATE DELETE'),
  ('booking.holds', 'SELECT INSERT DELETE'),
  ('booking.locations', 'SELECT INSERT UPDATE DELETE'),
  ('booking.opening_hours', 'SELECT INSERT UPDATE DELETE'),
  ('booking.services', 'SELECT INSERT UPDATE DELETE'),
  ('booking.session_notes', 'SELECT INSERT UPDATE DELETE'),
  ('booking.staff', 'SELECT INSERT UPDATE DELETE'),
  ('booking.staff_services', 'SELECT INSERT UPDATE DELETE'),
  ('booking.tenants', 'SELECT UPDATE'),
  ('booking.time_off', 'SELECT INSERT UPDATE DELETE'),
  ('booking.webhook_configs', 'SELECT UPDATE'),
  ('booking.webhook_deliveries', 'SELECT INSERT UPDATE'),
  ('booking.webhook_secrets', 'SELECT INSERT UPDATE'),
  ('booking.working_hours', 'SELECT INSERT UPDATE DELETE')
$$, 'authenticated writes what a practice keeps itself, and reads the rest');
SELECT set_eq($$
  SELECT attname FROM pg_attribute WHERE attrelid = 'booking.tenants'::regclass AND attnum > 0
    AND has_column_privilege('authenticated', attrelid, attnum, 'UPDATE')
$$, ARRAY['name', 'minimum_notice_minutes', 'horizon_days', 'horizon_business_days', 'approval', 'published', 'cancel_deadline_minutes', 'guest_cancel',
          'guest_reschedule']::name[], 'but not what it pays for');
SELECT is_empty($$
  SELECT attname FROM pg_attribute WHERE attrelid = 'booking.api_key_secrets'::regclass AND attname = 'digest'
    AND has_column_privilege('authenticated', attrelid, attnum, 'SELECT')
$$, 'but never the digest of a key');
SELECT results_eq($$
  SELECT name, privileges FROM table_privileges WHERE role = 'booking_integration' AND privileges <> 'SELECT' ORDER BY name
$$, $$ VALUES
  ('booking.booking_events', 'SELECT INSERT'),
  ('booking.bookings', 'SELECT INSERT UPDATE'),
  ('booking.busy_times', 'SELECT INSERT DELETE'),
  ('booking.customers', 'SELECT INSERT'),
  ('booking.holds', 'SELECT DELETE'),
  ('booking.idempotency_keys', 'SELECT INSERT UPDATE'),
  ('booking.webhook_configs', 'SELECT INSERT UPDATE'),
  ('booking.webhook_deliveries', 'SELECT INSERT UPDATE'),
  ('booking.webhook_secrets', 'SELECT INSERT UPDATE')
$$, 'booking_integration writes what the operations of /v1 need, and reads the rest');
SELECT is_empty($$ SELECT * FROM table_privileges WHERE role = 'booking_integration' AND name ~ 'api_key|members|secret_keys' $$,
  'booking_integration sees neither API keys nor members nor the keys of secrets');
SELECT is_empty($$
  SELECT role FROM roles WHERE role <> 'service_role' AND has_column_privilege(role, 'booking.webhook_secrets', 'sealed', 'SELECT')
$$, 'nor a webhook''s secret, sealed as it is');
SELECT is_empty($$ SELECT * FROM table_privileges WHERE name = 'booking.secret_keys' $$, 'the keys of secrets are nobody''s');
SELECT is_empty($$
  SELECT * FROM table_privileges WHERE role = 'service_role'
    AND privileges <> CASE name WHEN 'booking.booking_events' THEN 'SELECT INSERT' ELSE 'SELECT INSERT UPDATE DELETE' END
    AND name <> 'booking.secret_keys'
$$, 'service_role works on every table, but events are append-only');
SELECT is_empty($$
  SELECT tables.name FROM tables WHERE has_any_column_privilege('pg_monitor', tables.oid, 'SELECT')
$$, 'pg_monitor sees no table');
SELECT is_empty($$
  SELECT tables.name FROM tables, aclexplode(relacl) AS acl
  WHERE acl.grantee = 0 OR acl.is_grantable AND acl.grantee <> relowner
$$, 'no right on a table is for everybody or can be passed on');
SELECT is_empty($$
  SELECT d.defaclobjtype, acl.* FROM pg_default_acl AS d, aclexplode(d.defaclacl) AS acl
  WHERE d.defaclnamespace = 'booking'::regnamespace
$$, 'nothing is granted in advance');

-- Packaging.

SELECT is_empty($$
  SELECT tables.name FROM tables
  WHERE oid NOT IN (SELECT unnest(extconfig) FROM pg_extension WHERE extname = 'pg_booking')
$$, 'pg_dump saves the rows of every table');
SELECT is_empty($$
  SELECT condition FROM pg_extension, unnest(extcondition) AS condition WHERE extname = 'pg_booking' AND condition <> ''
$$, 'all rows of them');
SELECT is((SELECT extversion FROM pg_extension WHERE extname = 'pg_booking'), booking.library_version(),
  'the extension has the version of the library');

SELECT * FROM finish();
ROLLBACK;
