-- The OpenAPI document says all that the route table, the error catalogue and the types of the answers say.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(33);

CREATE TEMP TABLE document AS SELECT booking.openapi_v1()::jsonb AS json;
CREATE TEMP TABLE operation AS
  SELECT upper(method) AS method, path, definition
  FROM document, jsonb_each(json -> 'paths') AS item (path, methods), jsonb_each(methods) AS operation (method, definition);
CREATE TEMP TABLE schema AS
  SELECT name, definition FROM document, jsonb_each(json #> '{components,schemas}') AS schema (name, definition);
CREATE TEMP TABLE routes AS SELECT * FROM booking.routes();

SELECT cmp_ok((SELECT count(*) FROM routes WHERE capability IS NOT NULL), '=', 14::bigint, 'there are routes to look at');
SELECT results_eq('SELECT method, path, definition ->> ''operationId'' FROM operation ORDER BY 1, 2', 'SELECT method, path, operation_id FROM routes ORDER BY 1, 2',
  'every route is an operation');
SELECT is_empty('SELECT operation_id FROM routes GROUP BY 1 HAVING count(*) > 1', 'of a name of its own');
SELECT is_empty($$
  SELECT operation_id FROM booking.routes() AS route WHERE statement !~ '^SELECT \* FROM booking\.\w+\([$0-9, ]*\)$' OR booking.openapi_row_type(route) IS NULL
$$, 'every statement calls one function of the schema');

-- What a caller needs.
SELECT results_eq($$ SELECT definition ->> 'operationId', definition #>> '{security,0,apiKey,0}' FROM operation ORDER BY 1 $$,
  'SELECT operation_id, capability FROM routes ORDER BY 1', 'the key''s scope is the capability');
SELECT is_empty($$ SELECT operation_id, capability FROM routes WHERE capability <> ALL (enum_range(NULL::booking.capability)::text[]) $$, 'which exists');
SELECT results_eq('SELECT DISTINCT capability::text FROM routes WHERE capability IS NOT NULL ORDER BY 1',
  'SELECT c::text FROM unnest(enum_range(NULL::booking.capability)) AS c ORDER BY 1', 'each capability is good for something');
SELECT results_eq($$ SELECT definition #>> '{tags,0}' FROM operation ORDER BY definition ->> 'operationId' $$,
  $$ SELECT coalesce(rate_group, 'document') FROM routes ORDER BY operation_id $$, 'the tag is the group');
SELECT results_eq($$ SELECT path, method FROM operation WHERE definition -> 'security' = '[]' $$, $$ VALUES ('/v1/openapi.json', 'GET') $$,
  'the document alone is for everybody');

-- Inputs.
CREATE TEMP TABLE input AS
  SELECT operation_id, position, capability, i ->> 'name' AS name, i ->> 'in' AS source, (i -> 'required')::boolean AS required, i -> 'schema' AS schema,
         i ->> 'description' AS description
  FROM routes, jsonb_array_elements(inputs::jsonb) AS i;
CREATE TEMP TABLE parameter AS
  SELECT definition ->> 'operationId' AS operation_id, p ->> 'name' AS name, p ->> 'in' AS source, (p -> 'required')::boolean AS required, p -> 'schema' AS schema
  FROM operation, jsonb_array_elements(definition -> 'parameters') AS p WHERE NOT p ? '$ref';
CREATE TEMP TABLE member AS
  WITH top AS (
    SELECT definition ->> 'operationId' AS operation_id, name, schema #> '{required}' ? name AS required, member
    FROM operation, LATERAL (SELECT definition #> '{requestBody,content,application/json,schema}') AS body (schema), jsonb_each(schema -> 'properties') AS m (name, member))
  SELECT operation_id, name, required, member AS schema FROM top WHERE NOT member ? 'properties'
  UNION ALL
  SELECT operation_id, top.name || '.' || inner_member.name, member -> 'required' ? inner_member.name, inner_member.schema
  FROM top, jsonb_each(member -> 'properties') AS inner_member (name, schema);

SELECT set_eq($$ SELECT operation_id, name, source, required, schema FROM parameter $$,
  $$ SELECT operation_id, name, source, required, schema FROM input WHERE source <> 'body' $$, 'every input of path and query is a parameter');
SELECT set_eq($$ SELECT operation_id, name, required, schema - 'description' FROM member $$,
  $$ SELECT operation_id, name, required, schema FROM input WHERE source = 'body' $$, 'every other one is a member of the body');
SELECT is_empty($$ SELECT operation_id, name FROM input WHERE coalesce(description, '') !~ '\.$' $$, 'each says what it is');
SELECT set_eq($$ SELECT operation_id, name FROM input WHERE source = 'path' $$,
  $$ SELECT operation_id, parts[1] FROM routes, regexp_matches(path, '\{(\w+)\}', 'g') AS parts $$, 'paths and their parameters agree');
SELECT is_empty($$ SELECT operation_id FROM routes WHERE method = 'GET' AND inputs::jsonb @> '[{"in": "body"}]' $$, 'a GET has no body');
SELECT results_eq($$
  SELECT operation_id, coalesce(string_agg(source || CASE WHEN required THEN ' required' ELSE '' END, ', ' ORDER BY source), 'nowhere')
  FROM routes LEFT JOIN input USING (operation_id) WHERE (input.name = 'salonSlug' OR routes.capability IS NULL) GROUP BY operation_id, salon_slug ORDER BY 1
$$, $$
  SELECT operation_id, CASE salon_slug WHEN 'query' THEN 'query required' WHEN 'body' THEN 'body required' WHEN 'anywhere' THEN 'body, query'
    WHEN 'optional' THEN CASE method WHEN 'GET' THEN 'query' ELSE 'body, query' END ELSE 'nowhere' END
  FROM routes ORDER BY 1
$$, 'salonSlug is where the rule says');
SELECT results_eq($$ SELECT definition ->> 'operationId' FROM operation WHERE definition -> 'parameters' @> '[{"$ref": "#/components/parameters/IdempotencyKey"}]' ORDER BY 1 $$,
  'SELECT operation_id FROM routes WHERE writes ORDER BY 1', 'what writes takes an Idempotency-Key, and nothing else does');

-- Errors.
CREATE TEMP TABLE response AS
  SELECT definition ->> 'operationId' AS operation_id, status::integer, response #> '{content,application/json,schema}' AS schema, response -> 'headers' AS headers
  FROM operation, jsonb_each(definition -> 'responses') AS r (status, response);
SELECT set_eq($$
  SELECT operation_id, status, code FROM response, jsonb_array_elements_text(schema #> '{allOf,1,properties,error,properties,code,enum}') AS code
$$, $$
  SELECT operation_id, http_status, code FROM routes JOIN booking.error_codes() ON code = ANY (error_codes)
$$, 'every error of an operation is documented under its status');
SELECT is_empty('SELECT operation_id, c FROM routes, unnest(error_codes) AS c WHERE c NOT IN (SELECT code FROM booking.error_codes())', 'every one of them exists');
SELECT is_empty('SELECT operation_id FROM routes WHERE cardinality(error_codes) <> (SELECT count(DISTINCT c) FROM unnest(error_codes) AS c)', 'none is named twice');
SELECT set_eq($$ SELECT jsonb_array_elements_text(definition -> 'enum') FROM schema WHERE name = 'ErrorCode' $$, 'SELECT code FROM booking.error_codes()',
  'every code is in the list of all codes');
SELECT results_eq($$
  SELECT code FROM booking.error_codes() WHERE code NOT IN (SELECT unnest(error_codes) FROM routes) ORDER BY 1
$$, $$ VALUES ('request.headers_too_large'), ('request.method_not_allowed'), ('request.route_not_found'), ('request.target_too_long'),
  ('request.timeout') $$, 'only what belongs to no operation is no operation''s error');
SELECT set_eq($$ SELECT operation_id, status FROM response WHERE NOT schema ? 'allOf' $$, 'SELECT operation_id, success_status FROM routes',
  'and each operation succeeds with its one status');
SELECT is_empty($$ SELECT operation_id, status FROM response WHERE NOT headers ? 'X-Request-Id' OR (status = 401) <> (headers ? 'WWW-Authenticate') $$, 'headers');

-- The codes that a statement can raise, from the text of the functions that it calls, and of those that they call.
CREATE TEMP TABLE raises AS
  WITH RECURSIVE source AS (
    SELECT p.oid, p.proname::text AS name, coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) AS body FROM pg_proc AS p WHERE p.pronamespace = 'booking'::regnamespace
  ), calls AS (
    SELECT DISTINCT source.name AS caller, parts[1] AS callee FROM source, regexp_matches(body, '(?:booking\.)(\w+)\(', 'g') AS parts
  ), reached AS (
    SELECT operation_id, substring(statement FROM 'booking\.(\w+)') COLLATE "C" AS name FROM routes WHERE capability IS NOT NULL
    UNION
    SELECT operation_id, callee COLLATE "C" FROM reached JOIN calls ON caller = name
  )
  SELECT DISTINCT operation_id, code FROM reached JOIN source USING (name) JOIN booking.error_codes() ON position(quote_literal(code) IN body) > 0;
SELECT cmp_ok((SELECT count(*) FROM raises), '>=', 15::bigint, 'statements raise errors');
SELECT is_empty('SELECT operation_id, code FROM raises JOIN routes USING (operation_id) WHERE code <> ALL (error_codes)', 'all of which are documented');
SELECT is_empty($$
  SELECT operation_id, code FROM routes, unnest(error_codes) AS e (code)
  WHERE (code ~ '^booking\.' OR code = 'service.not_found') AND (operation_id, code) NOT IN (SELECT operation_id, code FROM raises)
    AND NOT (code = 'booking.not_found' AND operation_id IN ('getBooking', 'listBookingEvents'))  -- no row
$$, 'and no others are documented');

-- Answers.
SELECT is_empty($$
  SELECT definition #>> '{}' FROM (SELECT DISTINCT jsonb_path_query(json, '$.**."$ref"') AS definition FROM document) AS reference, document
  WHERE json #> string_to_array(substr(definition #>> '{}', 3), '/') IS NULL
$$, 'every reference leads somewhere');
SELECT is_empty($$
  SELECT name FROM schema WHERE name NOT IN ('Error', 'ErrorCode', 'Meta') AND NOT EXISTS (
    SELECT FROM pg_type AS t WHERE t.typnamespace = 'booking'::regnamespace AND booking.openapi_name(t.oid) = name AND t.typtype IN ('c', 'e')
      AND coalesce((SELECT relkind FROM pg_class WHERE oid = t.typrelid), 'c') = 'c'
    GROUP BY () HAVING count(*) = 1)
$$, 'every schema is one type''s');
SELECT is_empty($$
  SELECT a.attrelid::regclass, a.attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
  WHERE c.relnamespace = 'booking'::regnamespace AND c.relkind = 'c' AND c.relname ~ '^v1_' AND coalesce(col_description(c.oid, a.attnum), '') !~ '\.$'
$$, 'every member of an answer has a comment, from which its description is made');
SELECT is((SELECT definition -> 'enum' FROM schema WHERE name = 'BookingStatus'), to_jsonb(enum_range(NULL::booking.booking_status)), 'an enum has its labels');
SELECT is((SELECT definition #> '{properties,note}' FROM schema WHERE name = 'Booking'), '{"type": ["string", "null"], "description": "The guest''s note, or null."}',
  'a member can be null if its comment says so');
SELECT is((SELECT definition #> '{properties,cancellation}' FROM schema WHERE name = 'Booking'),
  '{"anyOf": [{"$ref": "#/components/schemas/Cancellation"}, {"type": "null"}], "description": "null unless the booking is cancelled."}', 'an object too');

-- It is made anew when a type has changed, in the same session.
SELECT (test.request('GET', '/v1/openapi.json', key => NULL)).status AS before \gset
COMMENT ON COLUMN booking.v1_price.currency IS 'Changed.';
ALTER TYPE booking.v1_price ADD ATTRIBUTE rounded boolean;
COMMENT ON COLUMN booking.v1_price.rounded IS 'New.';
SELECT is((test.request('GET', '/v1/openapi.json', key => NULL)).body #> '{components,schemas,Price,properties,rounded}', '{"type": "boolean", "description": "New."}',
  'a changed type is documented at once');

SELECT * FROM finish();
ROLLBACK;
