-- Only in databases of encoding UTF8: in any other, what guests write would be stored as different characters.
\set home :DBNAME
CREATE DATABASE pg_booking_latin1 ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0;
\c pg_booking_latin1
CREATE EXTENSION btree_gist;
CREATE EXTENSION pgcrypto;
CREATE EXTENSION pg_booking;
\c :home
DROP DATABASE pg_booking_latin1;
