-- The extension as a database object: it comes with its library's version, goes, and comes again.
SELECT extversion = booking.library_version() AS same_version, extrelocatable, nspname
FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'pg_booking';

SELECT rolname, rolcanlogin, rolinherit, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb
FROM pg_roles WHERE rolname IN ('anon', 'authenticated', 'service_role', 'booking_integration', 'authenticator') ORDER BY 1;

-- Not beside itself, and nowhere but in its own schema.
CREATE EXTENSION pg_booking SCHEMA public;
ALTER EXTENSION pg_booking SET SCHEMA public;

SELECT booking.create_tenant('gone-soon', 'Gone soon', 'Europe/Budapest') IS NOT NULL AS created;
DROP EXTENSION pg_booking;
-- The schema stays, empty: PostgreSQL takes none away that CREATE EXTENSION has made.
SELECT count(class.oid) + count(proc.oid) + count(type.oid) AS left_over
FROM pg_namespace AS home
LEFT JOIN pg_class AS class ON relnamespace = home.oid
LEFT JOIN pg_proc AS proc ON pronamespace = home.oid
LEFT JOIN pg_type AS type ON typnamespace = home.oid
WHERE nspname = 'booking';
SELECT count(*) AS kept_roles FROM pg_roles WHERE rolname IN ('anon', 'authenticated', 'service_role', 'booking_integration', 'authenticator');
CREATE EXTENSION pg_booking;
SELECT count(*) AS tenants FROM booking.tenants;

-- Parts that need no table.
SELECT booking.public_id('bkg', '01890a5d-ac96-774b-bcce-b302099a8057'),
       booking.parse_public_id('bkg', 'bkg_01h455vb4pex5vsknk084sn02q'),
       booking.parse_public_id('svc', 'bkg_01h455vb4pex5vsknk084sn02q') AS other_prefix,
       booking.parse_public_id('bkg', 'bkg_81h455vb4pex5vsknk084sn02q') AS too_large;
SELECT booking.rfc3339('2026-05-12 10:00+02'), booking.rfc3339('2026-05-12 10:00:00.25+02');
SELECT name, booking.is_time_zone(name) FROM unnest(ARRAY['Europe/Budapest', 'UTC', 'CET', '+02', 'Mars/Olympus', '']) AS name;
-- A skipped hour has no instant, a repeated one has two.
SELECT local_time, ARRAY(SELECT booking.rfc3339(booking.local_instants(local_time, 'Europe/Budapest'))) AS instants
FROM unnest(ARRAY['2026-03-29 01:59', '2026-03-29 02:30', '2026-03-29 03:00', '2026-10-25 02:30', '2026-10-25 03:00']::timestamp[]) AS local_time;
SELECT substr(booking.uuid_v7()::text, 15, 1) AS version;
