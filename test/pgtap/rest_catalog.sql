-- /rest/v1 resolves names against the live catalogs: what DDL has changed, the next request knows.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL pg_booking.rate_limits = off;
SET LOCAL pg_booking.rest_require_apikey = off;
CREATE SCHEMA shop;
CREATE SCHEMA hidden;
SET LOCAL pg_booking.rest_schemas = 'shop';
GRANT USAGE ON SCHEMA shop TO anon;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO anon;
SELECT plan(30);

CREATE FUNCTION shop.answer(target text, OUT status integer, OUT body text)
  LANGUAGE sql AS $$ SELECT status, body FROM booking.http_request('GET', '/rest/v1/' || target, '{}') $$;
CREATE FUNCTION shop.body(target text) RETURNS jsonb LANGUAGE sql AS $$ SELECT body::jsonb FROM shop.answer(target) $$;
CREATE FUNCTION shop.code(target text) RETURNS text LANGUAGE sql AS $$ SELECT body::jsonb ->> 'code' FROM shop.answer(target) $$;

-- Tables and columns.
SELECT is(shop.code('customers'), 'PGRST205', 'no table yet');
CREATE TABLE shop.customers (id integer PRIMARY KEY, name text NOT NULL);
INSERT INTO shop.customers VALUES (1, 'Anna'), (2, 'Bence');
SELECT is(shop.body('customers?id=eq.1'), '[{"id": 1, "name": "Anna"}]', 'a new table');
ALTER TABLE shop.customers ADD COLUMN city text DEFAULT 'Pécs';
SELECT is(shop.body('customers?id=eq.1'), '[{"id": 1, "name": "Anna", "city": "Pécs"}]', 'a new column, in a statement that was planned before');
ALTER TABLE shop.customers RENAME COLUMN city TO town;
SELECT is(shop.body('customers?id=eq.1&select=town'), '[{"town": "Pécs"}]', 'a renamed column');
SELECT is(shop.code('customers?select=city'), '42703', 'its old name');
ALTER TABLE shop.customers ALTER COLUMN id TYPE bigint;
SELECT is(shop.body('customers?id=eq.3000000000'), '[]', 'a column of another type, in a statement that was planned before');
ALTER TABLE shop.customers DROP COLUMN town;
SELECT is(shop.body('customers?id=eq.1'), '[{"id": 1, "name": "Anna"}]', 'a dropped column');

-- Relationships.
CREATE TABLE shop.orders (id integer PRIMARY KEY, customer_id bigint, total numeric);
INSERT INTO shop.orders VALUES (10, 1, 5), (11, 1, 7), (12, NULL, 9);
SELECT is(shop.code('orders?select=id,customers(name)'), 'PGRST200', 'no foreign key yet');
ALTER TABLE shop.orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES shop.customers;
SELECT is(shop.body('orders?select=id,customers(name)&id=eq.10'), '[{"id": 10, "customers": {"name": "Anna"}}]', 'many to one');
SELECT is(shop.body('orders?select=c:orders_customer(name)&id=eq.10'), '[{"c": {"name": "Anna"}}]', 'by the constraint');
SELECT is(shop.body('orders?select=customer_id(name)&id=eq.12'), '[{"customer_id": null}]', 'by the column, without a row');
SELECT is(shop.body('customers?select=name,orders(id)&orders.order=id.desc&order=id'),
  '[{"name": "Anna", "orders": [{"id": 11}, {"id": 10}]}, {"name": "Bence", "orders": []}]', 'one to many');
ALTER TABLE shop.orders ADD CONSTRAINT orders_again FOREIGN KEY (customer_id) REFERENCES shop.customers;
SELECT is(shop.code('orders?select=customers(name)'), 'PGRST201', 'two foreign keys are ambiguous');
SELECT is(shop.body('orders?select=customers!orders_again(name)&id=eq.10'), '[{"customers": {"name": "Anna"}}]', 'a hint decides');
ALTER TABLE shop.orders DROP CONSTRAINT orders_again;
CREATE TABLE shop.profiles (customer_id bigint PRIMARY KEY REFERENCES shop.customers, note text);
INSERT INTO shop.profiles VALUES (1, 'likes tea');
SELECT is(shop.body('customers?select=name,profiles(note)&order=id'),
  '[{"name": "Anna", "profiles": {"note": "likes tea"}}, {"name": "Bence", "profiles": null}]', 'one to one');
CREATE TABLE shop.products (id integer PRIMARY KEY, name text);
CREATE TABLE shop.items (order_id integer REFERENCES shop.orders, product_id integer REFERENCES shop.products, PRIMARY KEY (order_id, product_id));
INSERT INTO shop.products VALUES (100, 'tea'), (101, 'cup');
INSERT INTO shop.items VALUES (10, 100), (10, 101), (11, 101);
SELECT is(shop.body('orders?select=id,products(name)&products.order=name&id=eq.10'),
  '[{"id": 10, "products": [{"name": "cup"}, {"name": "tea"}]}]', 'many to many');
SELECT is(shop.body('products?select=name,orders(id)&orders.order=id&name=eq.cup'),
  '[{"name": "cup", "orders": [{"id": 10}, {"id": 11}]}]', 'many to many, from the other end');
CREATE TABLE shop.people (id integer PRIMARY KEY, boss integer REFERENCES shop.people);
INSERT INTO shop.people VALUES (1, NULL), (2, 1), (3, 1);
SELECT is(shop.body('people?select=id,people(id)&people.order=id&id=eq.1'), '[{"id": 1, "people": [{"id": 2}, {"id": 3}]}]', 'a table to itself: the many');
SELECT is(shop.body('people?select=id,boss(id)&id=eq.2'), '[{"id": 2, "boss": {"id": 1}}]', 'a table to itself: the one');

-- Views show the keys of their tables, through views of other schemas, too.
CREATE VIEW hidden.all_orders AS SELECT id AS number, customer_id AS buyer FROM shop.orders;
SET LOCAL pg_booking.rest_extra_search_path = 'hidden';
CREATE VIEW shop.bills AS SELECT number AS bill, buyer FROM hidden.all_orders;
SELECT is(shop.body('bills?select=bill,customers(name)&bill=eq.10'), '[{"bill": 10, "customers": {"name": "Anna"}}]', 'a view over a view');
SELECT is(shop.body('customers?select=name,bills(bill)&bills.order=bill&id=eq.1'), '[{"name": "Anna", "bills": [{"bill": 10}, {"bill": 11}]}]', 'to a view');
SELECT is(shop.body('bills?select=bill,products(name)&products.order=name&bill=eq.11'), '[{"bill": 11, "products": [{"name": "cup"}]}]', 'a view, many to many');
CREATE OR REPLACE VIEW shop.bills AS SELECT number AS bill, NULL::bigint AS buyer FROM hidden.all_orders;
SELECT is(shop.code('bills?select=bill,customers(name)'), 'PGRST200', 'a view that no longer shows the key');

-- Partitions are their parent's.
CREATE TABLE shop.events (id integer, on_day date, customer_id bigint REFERENCES shop.customers, PRIMARY KEY (id, on_day)) PARTITION BY RANGE (on_day);
CREATE TABLE shop.events_2026 PARTITION OF shop.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO shop.events VALUES (1, '2026-05-05', 1);
SELECT is(shop.body('events?select=id,customers(name)'), '[{"id": 1, "customers": {"name": "Anna"}}]', 'a partitioned table');
SELECT is(shop.code('events_2026'), 'PGRST205', 'a partition');

-- Functions.
SELECT is(shop.code('rpc/twice?n=4'), 'PGRST202', 'no function yet');
CREATE FUNCTION shop.twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT 2 * n $$;
SELECT is(shop.body('rpc/twice?n=4'), '8', 'a new function');
CREATE FUNCTION shop.twice(s text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT s || s $$;
SELECT is(shop.body('rpc/twice?s=ab'), '"abab"', 'an overload');
CREATE FUNCTION shop.last_order(shop.customers) RETURNS SETOF shop.orders ROWS 1 LANGUAGE sql STABLE AS $$
  SELECT * FROM shop.orders WHERE customer_id = $1.id ORDER BY id DESC LIMIT 1 $$;
SELECT is(shop.body('customers?select=last_order(id)&id=eq.1'), '[{"last_order": {"id": 11}}]', 'a computed relationship');
DROP FUNCTION shop.last_order(shop.customers);
SELECT is(shop.code('customers?select=last_order(id)'), 'PGRST200', 'and without its function');
SELECT * FROM finish();
ROLLBACK;
