-- Roles that exist are taken as they are, unless they would see every tenant's rows.
\set home :DBNAME
CREATE DATABASE pg_booking_roles;
\c pg_booking_roles
CREATE EXTENSION btree_gist;
CREATE EXTENSION pgcrypto;
ALTER ROLE anon BYPASSRLS;
CREATE EXTENSION pg_booking;
ALTER ROLE anon NOBYPASSRLS;
ALTER ROLE booking_integration SUPERUSER;
CREATE EXTENSION pg_booking;
ALTER ROLE booking_integration NOSUPERUSER;
CREATE EXTENSION pg_booking;
\c :home
DROP DATABASE pg_booking_roles;
