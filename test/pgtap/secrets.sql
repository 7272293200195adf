-- Secrets at rest: what seal encrypts only its key opens, and no caller's role gets at a key.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(50);

CREATE FUNCTION test.flip(bytes bytea, at integer) RETURNS bytea
  LANGUAGE sql IMMUTABLE AS $$ SELECT set_byte(bytes, at, get_byte(bytes, at) # 1) $$;

-- SQLSTATE and message of a statement that fails; what it quotes of its input would be seen here.
CREATE FUNCTION test.complaint(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement;
  RETURN 'none';
EXCEPTION WHEN OTHERS THEN
  RETURN concat_ws(' ', SQLSTATE, SQLERRM);
END $$;

CREATE TABLE test.sealed AS
  SELECT key, booking.seal(key, 'árvíztűrő') AS box FROM (SELECT sha256('key') AS key) AS k;

-- Random bytes.

SELECT is((SELECT array_agg(length(booking.random_bytes(n))) FROM unnest(ARRAY[1, 32, 1024]) AS n), ARRAY[1, 32, 1024],
  'as many random bytes as asked for');
SELECT is((SELECT count(DISTINCT booking.random_bytes(16)) FROM generate_series(1, 1000)), 1000::bigint, 'others every time');
SELECT is(test.complaint(format('SELECT booking.random_bytes(%s)', n)),
          '22023 the count of random bytes must be between 1 and 1024', n || ' random bytes are refused')
FROM unnest(ARRAY[0, -1, 1025, -2147483648, 2147483647]::bigint[]) AS n;

-- Round trip.

SELECT is(booking.unseal(key, box), 'árvíztűrő', 'unseal gives back what was sealed') FROM test.sealed;
SELECT is(booking.unseal(key, booking.seal(key, '')), '', 'also nothing') FROM test.sealed;
SELECT is(booking.unseal(key, booking.seal(key, repeat('long', 100000))), repeat('long', 100000), 'also much') FROM test.sealed;
SELECT is(length(box), 1 + 12 + octet_length('árvíztűrő') + 16, 'a box is version, nonce, content and tag') FROM test.sealed;
SELECT is(get_byte(box, 0), 1, 'the version is 1') FROM test.sealed;
SELECT is(position('rv'::bytea IN box), 0, 'the content is not to be seen') FROM test.sealed;
SELECT is((SELECT count(DISTINCT substr(booking.seal(key, 'same'), 2, 12)) FROM test.sealed, generate_series(1, 1000)), 1000::bigint,
  'every box has a nonce of its own');
SELECT is(booking.unseal(decode(repeat('00', 32), 'hex'), '\x01000000000000000000000000530f8afbc74536b9a963b4f1c4cb738b'), '',
  'test case 13 of the GCM specification opens');
SELECT is(booking.seal(NULL, 'x'), NULL, 'no key, no box');
SELECT is(booking.seal(key, NULL), NULL, 'no content, no box') FROM test.sealed;

-- Refusals: a word on what to do, nothing of what was sealed.

SELECT is_empty($$
  SELECT at FROM test.sealed, generate_series(0, length(box) - 1) AS at
  WHERE test.complaint(format('SELECT booking.unseal(%L, %L)', key, test.flip(box, at)))
    <> '22000 the content was changed, or sealed with another key'
$$, 'a box with any byte changed does not open');
SELECT is_empty($$
  SELECT kept FROM test.sealed, generate_series(0, length(box) - 1) AS kept
  WHERE test.complaint(format('SELECT booking.unseal(%L, %L)', key, substr(box, 1, kept)))
    <> '22000 the content was changed, or sealed with another key'
$$, 'nor does one cut short');
SELECT is(test.complaint(format('SELECT booking.unseal(%L, %L)', key, box || '\x00'::bytea)),
  '22000 the content was changed, or sealed with another key', 'nor one made longer') FROM test.sealed;
SELECT is_empty($$
  SELECT at FROM test.sealed, generate_series(0, 31) AS at
  WHERE test.complaint(format('SELECT booking.unseal(%L, %L)', test.flip(key, at), box))
    <> '22000 the content was changed, or sealed with another key'
$$, 'nor one under another key');
SELECT is(test.complaint(format('SELECT booking.%s(%L, %L)', call, repeat('k', size)::bytea, argument)),
          '22023 the key must have exactly 32 bytes', format('%s with a key of %s bytes is refused', call, size))
FROM unnest(ARRAY[0, 16, 31, 33, 64]) AS size, (VALUES ('seal', 'secret'), ('unseal', '\x01')) AS c (call, argument);
SELECT is(test.complaint(format('SELECT booking.unseal(%L, %L)', decode(repeat('00', 32), 'hex'),
    '\x01000000000000000000000000cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919')),
  '22021 the content is no text in this database''s encoding', 'test case 14 of the GCM specification seals NULs, which are no text');

-- Webhook secrets.

DELETE FROM booking.secret_keys;  -- those of the fixture: a tenant gets its key when it first needs one
CREATE TABLE test.webhook AS
  SELECT tenant, booking.seal_webhook_secret(test.id(tenant, 'tenant'), 'secret of ' || tenant) AS box
  FROM unnest(ARRAY['a', 'b']) AS tenant;
SELECT is((SELECT count(DISTINCT key) FROM booking.secret_keys), 2::bigint, 'every tenant gets a key of its own');
SELECT is((SELECT count(*) FROM test.webhook WHERE position('secret'::bytea IN box) > 0), 0::bigint,
  'a stored webhook secret cannot be read');
SELECT results_eq($$
  SELECT booking.unseal(k.key, w.box) FROM test.webhook AS w JOIN booking.secret_keys AS k ON k.tenant_id = test.id(w.tenant, 'tenant')
  ORDER BY 1 $$, $$ VALUES ('secret of a'), ('secret of b') $$, 'but with the tenant''s key');
SELECT is((
  SELECT count(*) FROM test.webhook AS w JOIN booking.secret_keys AS k ON k.tenant_id <> test.id(w.tenant, 'tenant')
  WHERE test.complaint(format('SELECT booking.unseal(%L, %L)', k.key, w.box)) ~ '^22000 '), 2::bigint, 'not with the other one''s');
SELECT isnt(booking.seal_webhook_secret(test.id('a', 'tenant'), 'secret of a'), box, 'the same secret is stored in another way every time')
FROM test.webhook WHERE tenant = 'a';
SELECT is((SELECT count(*) FROM booking.secret_keys), 2::bigint, 'with the key that the tenant has');

-- Who may do what.

CREATE TABLE test.callers AS
  SELECT unnest(ARRAY['anon', 'authenticated', 'authenticator', 'booking_integration', 'service_role']) AS role;
SELECT is_empty($$
  SELECT role, call FROM test.callers, unnest(ARRAY['booking.seal(bytea,text)', 'booking.unseal(bytea,bytea)']) AS call
  WHERE has_function_privilege(role, call, 'EXECUTE')
$$, 'no caller''s role seals or unseals with a key of its choice');
SELECT results_eq($$
  SELECT role FROM test.callers WHERE has_function_privilege(role, 'booking.seal_webhook_secret(uuid,text)', 'EXECUTE') ORDER BY 1
$$, $$ VALUES ('booking_integration'), ('service_role') $$, 'who may store a webhook secret');
SELECT is_empty($$
  SELECT role, privilege FROM test.callers, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS privilege
  WHERE has_any_column_privilege(role, 'booking.secret_keys', privilege) OR has_table_privilege(role, 'booking.secret_keys', 'DELETE')
$$, 'no caller''s role has any right on the keys');
SET LOCAL ROLE service_role;
SELECT throws_ok('SELECT key FROM booking.secret_keys', '42501', NULL, 'not even the one that row-level security does not bind');
SELECT lives_ok($$ SELECT booking.seal_webhook_secret(test.id('a', 'tenant'), 'new') $$, 'which stores a secret all the same');
SET LOCAL ROLE booking_integration;
SELECT throws_ok('SELECT key FROM booking.secret_keys', '42501', NULL, 'the API''s role cannot read the keys');
SELECT throws_ok('DELETE FROM booking.secret_keys', '42501', NULL, 'nor delete them');
SELECT throws_ok('SELECT sealed FROM booking.webhook_secrets', '42501', NULL, 'nor read a sealed secret');
RESET ROLE;

-- The URL's rules are those of the unit tests; here that the table obeys them.

SELECT is(booking.webhook_url_problem('https://hooks.example.com/in'), NULL, 'a good webhook URL has no problem');
SELECT is(booking.webhook_url_problem('https://127.1/'), 'must name a valid host', 'a bad one is told');
SELECT is(booking.webhook_url_problem(NULL), NULL, 'none has none');
SELECT throws_ok($$
  INSERT INTO booking.webhook_configs (tenant_id, url) VALUES (test.id('a', 'tenant'), 'https://169.254.169.254/')
$$, '23514', NULL, 'no configuration points inside');

SELECT * FROM finish();
ROLLBACK;
