-- Roles are cluster-wide: made once, shared by every database that has the extension, kept by DROP EXTENSION.
-- A role that already exists (a Supabase project has four of them) is taken as it is.
DO $roles$
DECLARE
  wanted record;
BEGIN
  FOR wanted IN
    SELECT * FROM (VALUES
      ('anon',                'CREATE ROLE anon NOLOGIN NOINHERIT'),
      ('authenticated',       'CREATE ROLE authenticated NOLOGIN NOINHERIT'),
      ('service_role',        'CREATE ROLE service_role NOLOGIN NOINHERIT BYPASSRLS'),
      ('booking_integration', 'CREATE ROLE booking_integration NOLOGIN NOINHERIT'),
      ('authenticator',       'CREATE ROLE authenticator LOGIN NOINHERIT')) AS role(name, statement)
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role.name)
  LOOP
    EXECUTE wanted.statement;
  END LOOP;
  FOR wanted IN
    SELECT rolname AS name FROM pg_catalog.pg_roles
    WHERE rolname IN ('anon', 'authenticated', 'booking_integration', 'authenticator') AND (rolsuper OR rolbypassrls) ORDER BY rolname
  LOOP
    RAISE EXCEPTION 'role % is a superuser or bypasses row-level security: it would see every tenant''s rows', wanted.name
      USING ERRCODE = 'invalid_role_specification', HINT = pg_catalog.format('ALTER ROLE %I NOSUPERUSER NOBYPASSRLS', wanted.name);
  END LOOP;
END
$roles$;

GRANT anon, authenticated, service_role, booking_integration TO authenticator;

REVOKE ALL ON SCHEMA booking FROM PUBLIC;
GRANT USAGE ON SCHEMA booking TO authenticator, booking_integration, authenticated, service_role;

