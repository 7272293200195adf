-- auth.uid() and its kin: who runs, by request.jwt.claims.
BEGIN;
SELECT plan(24);

SELECT is(auth.uid(), NULL, 'nobody is signed in by default');
SELECT is(auth.role(), NULL, 'with no role');
SELECT is(auth.email(), NULL, 'no address');
SELECT is(auth.jwt(), NULL, 'no claims');

SET LOCAL request.jwt.claims = '{"sub": "01890a5d-ac96-774b-bcce-b302099a8057", "role": "authenticated", "email": "eva@example.com", "app": {"x": [1]}}';
SELECT is(auth.uid(), '01890a5d-ac96-774b-bcce-b302099a8057', 'uid is the claim sub');
SELECT is(auth.role(), 'authenticated', 'role');
SELECT is(auth.email(), 'eva@example.com', 'email');
SELECT is(auth.jwt() -> 'app', '{"x": [1]}', 'jwt has all claims');

SET LOCAL request.jwt.claims = '{"sub": "01890a5d-ac96-774b-bcce-b302099a8058"}';
SELECT is(auth.uid(), '01890a5d-ac96-774b-bcce-b302099a8058', 'another value of the setting is another user');
SELECT is(auth.role(), NULL, 'a claim that is not there is NULL');
SAVEPOINT before;
SET LOCAL request.jwt.claims = '{"sub": "01890a5d-ac96-774b-bcce-b302099a8059"}';
SELECT is(auth.uid(), '01890a5d-ac96-774b-bcce-b302099a8059', 'in a subtransaction');
ROLLBACK TO before;
SELECT is(auth.uid(), '01890a5d-ac96-774b-bcce-b302099a8058', 'after its end it is the one before');
SELECT is((SELECT count(DISTINCT auth.uid()) FROM generate_series(1, 1000)), 1::bigint, 'the same in every row');

SET LOCAL request.jwt.claims = '{"sub": "joe", "role": 7, "email": null}';
SELECT is(auth.uid(), NULL, 'a sub that is no UUID is no user');
SELECT is(auth.role(), NULL, 'a role that is no string is none');
SELECT is(auth.email(), NULL, 'null is NULL');
SET LOCAL request.jwt.claims = '';
SELECT is(auth.uid(), NULL, 'the empty setting is nobody');
SELECT is(auth.jwt(), NULL, 'with no claims');
SET LOCAL request.jwt.claims = 'nonsense';
SELECT throws_ok('SELECT auth.uid()', '22P02', 'request.jwt.claims is no JSON object', 'what is no JSON is an error');
SET LOCAL request.jwt.claims = '[]';
SELECT throws_ok('SELECT auth.uid()', '22P02', 'request.jwt.claims is no JSON object', 'so is what is no object');

-- Roles that callers run as may ask; the tenant does not follow.
SET LOCAL request.jwt.claims = '{"sub": "01890a5d-ac96-774b-bcce-b302099a8057"}';
SET LOCAL ROLE anon;
SELECT auth.uid() AS as_anon \gset
SET LOCAL ROLE authenticated;
SELECT auth.uid() AS as_authenticated \gset
SELECT coalesce(booking.current_tenant()::text, 'none') AS tenant \gset
RESET ROLE;
SELECT is(:'as_anon'::text, '01890a5d-ac96-774b-bcce-b302099a8057', 'anon may ask');
SELECT is(:'as_authenticated'::text, '01890a5d-ac96-774b-bcce-b302099a8057', 'authenticated may ask');
SELECT is(:'tenant'::text, 'none', 'but who sets the claims has not become the tenant');
SELECT is((SELECT provolatile::text || proparallel::text FROM pg_proc WHERE oid = 'auth.uid()'::regprocedure), 'ss',
  'stable and parallel safe: an index can be used');

SELECT * FROM finish();
ROLLBACK;
