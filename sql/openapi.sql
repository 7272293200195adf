-- GET /v1/openapi.json: OpenAPI 3.1, made of the route table, the error catalogue, and the types of v1_types.sql with their
-- comments. Nothing about an operation, an error or an answer is written here.

CREATE TYPE booking.route AS (
  position integer, method text, path text, operation_id text, summary text, capability text, rate_group text, writes boolean,
  salon_slug text, inputs json, success_status integer, statement text, member text, is_list boolean, error_codes text[]);
COMMENT ON TYPE booking.route IS 'An operation of /v1 as the gateway knows it.';
COMMENT ON COLUMN booking.route.capability IS 'What an API key must hold; NULL: no key is needed.';
COMMENT ON COLUMN booking.route.rate_group IS 'Whose requests are counted together; NULL: not counted.';
COMMENT ON COLUMN booking.route.salon_slug IS
  'Where salonSlug must be: query, body, anywhere (one of the two); optional: need not be; NULL where there is none.';
COMMENT ON COLUMN booking.route.inputs IS
  'Array of {name, in: path, query or body, required, description, schema}; a dot in a name leads into an object of the body, schema is JSON Schema.';
COMMENT ON COLUMN booking.route.member IS 'The one member of data that holds the answer; NULL: the answer''s members are data''s.';
COMMENT ON COLUMN booking.route.is_list IS 'Whether that member is an array of all rows.';

CREATE FUNCTION booking.routes() RETURNS SETOF booking.route
  LANGUAGE c IMMUTABLE PARALLEL SAFE ROWS 15 AS 'MODULE_PATHNAME', 'pg_booking_routes';
COMMENT ON FUNCTION booking.routes() IS 'The operations of /v1, in the order of the route table.';

CREATE FUNCTION booking.openapi_name(type oid) RETURNS text
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT replace(initcap(replace(regexp_replace(t.typname, '^v1_', ''), '_', ' ')), ' ', '') FROM pg_type AS t WHERE t.oid = openapi_name.type;
END;
COMMENT ON FUNCTION booking.openapi_name(oid) IS 'What a composite type or enum is called in the document: booking.v1_webhook_config is WebhookConfig.';

CREATE FUNCTION booking.openapi_scalar(type oid) RETURNS jsonb
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT CASE
    WHEN t.typtype IN ('c', 'e') THEN jsonb_build_object('$ref', '#/components/schemas/' || booking.openapi_name(t.oid))
    WHEN t.oid = 'booking.v1_id'::regtype THEN '{"type": "string", "pattern": "^[a-z]+_[0-7][0-9a-hjkmnp-tv-z]{25}$"}'
    WHEN t.oid = 'booking.v1_date'::regtype THEN '{"type": "string", "format": "date"}'
    WHEN t.oid = 'booking.v1_time'::regtype THEN '{"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}'
    WHEN t.oid = 'booking.v1_instant'::regtype THEN '{"type": "string", "format": "date-time"}'
    WHEN t.oid IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype) THEN '{"type": "integer"}'
    WHEN t.typcategory = 'N' THEN '{"type": "number"}'
    WHEN t.typcategory = 'B' THEN '{"type": "boolean"}'
    ELSE '{"type": "string"}' END
  FROM pg_type AS t WHERE t.oid = openapi_scalar.type;
END;
COMMENT ON FUNCTION booking.openapi_scalar(oid) IS 'JSON Schema of a type''s values as the gateway writes them, for types that are no arrays.';

CREATE FUNCTION booking.openapi_member(type oid, description text) RETURNS json
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT CASE
    WHEN description !~ '\mnull\M' THEN (schema || jsonb_build_object('description', description))::json
    WHEN schema ? '$ref' THEN json_build_object('anyOf', json_build_array(schema, '{"type": "null"}'::json), 'description', description)
    ELSE (schema || jsonb_build_object('type', jsonb_build_array(schema -> 'type', 'null'), 'description', description))::json END
  FROM pg_type AS t
  CROSS JOIN LATERAL (SELECT CASE
    WHEN t.oid = 'booking.v1_slots'::regtype
      THEN jsonb_build_object('type', 'array', 'items', booking.openapi_scalar('booking.v1_slot'::regtype))
    WHEN t.typcategory = 'A' THEN jsonb_build_object('type', 'array', 'items', booking.openapi_scalar(t.typelem))
    ELSE booking.openapi_scalar(t.oid) END AS schema) AS plain
  WHERE t.oid = openapi_member.type;
END;
COMMENT ON FUNCTION booking.openapi_member(oid, text) IS 'JSON Schema of a member with this type and comment; it can be null if the comment says so.';

CREATE FUNCTION booking.openapi_type(type oid) RETURNS json
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT CASE t.typtype
    WHEN 'e' THEN json_build_object(
      'type', 'string', 'description', obj_description(t.oid, 'pg_type'),
      'enum', (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum AS e WHERE e.enumtypid = t.oid))
    ELSE (
      SELECT json_build_object(
        'type', 'object', 'description', obj_description(t.oid, 'pg_type'), 'required', json_agg(a.attname ORDER BY a.attnum),
        'properties', json_object_agg(a.attname, booking.openapi_member(a.atttypid, col_description(t.typrelid, a.attnum)) ORDER BY a.attnum))
      FROM pg_attribute AS a
      WHERE a.attrelid = t.typrelid AND NOT a.attisdropped AND a.attname <> 'meta') END
  FROM pg_type AS t WHERE t.oid = openapi_type.type;
END;
COMMENT ON FUNCTION booking.openapi_type(oid) IS 'JSON Schema of a composite type or enum. A member "meta" is no part of data and left out.';

CREATE FUNCTION booking.openapi_row_type(route booking.route) RETURNS oid
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT p.prorettype FROM pg_proc AS p WHERE p.oid = to_regproc(substring((route).statement FROM 'booking\.\w+'));
END;
COMMENT ON FUNCTION booking.openapi_row_type(booking.route) IS 'The composite type of the rows that an operation''s statement gives.';

CREATE FUNCTION booking.openapi_meta_type(row_type oid) RETURNS oid
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT a.atttypid FROM pg_type AS t JOIN pg_attribute AS a ON a.attrelid = t.typrelid AND a.attname = 'meta'
  WHERE t.oid = openapi_meta_type.row_type;
END;
COMMENT ON FUNCTION booking.openapi_meta_type(oid) IS 'The composite type of what a row adds to the envelope''s meta; NULL when it adds nothing.';

CREATE FUNCTION booking.openapi_answer(route booking.route) RETURNS json
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT CASE WHEN (route).capability IS NULL THEN '{"type": "object"}' ELSE json_build_object(
    'type', 'object', 'required', '["ok", "data", "meta"]'::json,
    'properties', json_build_object(
      'ok', '{"type": "boolean", "const": true}'::json,
      'data', CASE WHEN (route).member IS NULL THEN answer.row_schema ELSE json_build_object(
        'type', 'object', 'required', json_build_array((route).member),
        'properties', json_build_object(
          (route).member, CASE WHEN (route).is_list THEN json_build_object('type', 'array', 'items', answer.row_schema) ELSE answer.row_schema END))
        END,
      'meta', CASE WHEN answer.meta_type IS NULL THEN answer.meta ELSE json_build_object(
        'allOf', json_build_array(answer.meta, booking.openapi_scalar(answer.meta_type))) END)) END
  FROM (SELECT booking.openapi_scalar(row_type)::json AS row_schema, booking.openapi_meta_type(row_type) AS meta_type,
               '{"$ref": "#/components/schemas/Meta"}'::json AS meta
        FROM booking.openapi_row_type(route) AS row_type) AS answer;
END;
COMMENT ON FUNCTION booking.openapi_answer(booking.route) IS 'JSON Schema of an operation''s successful answer.';

CREATE FUNCTION booking.openapi_headers(route booking.route, status integer) RETURNS json
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT json_object_agg(header.name, json_build_object('$ref', '#/components/headers/' || header.name))
  FROM (VALUES ('X-Request-Id', true),
               ('WWW-Authenticate', status = 401),
               ('Retry-After', status IN (429, 503)),
               ('RateLimit-Policy', status < 500), ('RateLimit', status < 500),
               ('X-RateLimit-Limit', status < 500), ('X-RateLimit-Remaining', status < 500), ('X-RateLimit-Reset', status < 500),
               ('Idempotent-Replayed', (route).writes AND (status < 300 OR status IN (404, 409)))) AS header (name, applies)
  WHERE header.applies;
END;
COMMENT ON FUNCTION booking.openapi_headers(booking.route, integer) IS 'Headers of an operation''s answers with this status.';

CREATE FUNCTION booking.openapi_links(route booking.route) RETURNS json
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT json_object_agg(target.operation_id, json_build_object(
    'operationId', target.operation_id,
    'parameters', '{"bookingId": "$response.body#/data/booking/id"}'::json) ORDER BY target.position)
  FROM booking.routes() AS target
  WHERE (route).success_status = 201 AND (route).member = 'booking' AND target.path ~ '{bookingId}';
END;
COMMENT ON FUNCTION booking.openapi_links(booking.route) IS 'Where an operation''s answer leads: from a new booking to the operations on it; NULL for nowhere.';

CREATE FUNCTION booking.openapi_responses(route booking.route) RETURNS json
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT json_object_agg(response.status, json_build_object(
    'description', response.description,
    'headers', booking.openapi_headers(route, response.status),
    'content', json_build_object('application/json', json_build_object('schema', response.schema)),
    'links', CASE WHEN response.status < 300 THEN booking.openapi_links(route) END) ORDER BY response.status)
  FROM (
    SELECT (route).success_status AS status, coalesce(obj_description(booking.openapi_row_type(route), 'pg_type'), (route).summary) AS description,
           booking.openapi_answer(route) AS schema
    UNION ALL
    SELECT e.http_status, string_agg(format('%s: %s', e.code, e.message), E'\n\n' ORDER BY e.sqlstate),
           json_build_object('allOf', json_build_array(
             '{"$ref": "#/components/schemas/Error"}'::json,
             json_build_object('properties', json_build_object('error', json_build_object('properties', json_build_object(
               'code', json_build_object('enum', json_agg(e.code ORDER BY e.sqlstate)),
               'retryable', json_build_object('enum', json_agg(DISTINCT e.retryable))))))))
    FROM booking.error_codes() AS e WHERE e.code = ANY ((route).error_codes)
    GROUP BY e.http_status) AS response;
END;
COMMENT ON FUNCTION booking.openapi_responses(booking.route) IS 'The answers that an operation can give, by status.';

CREATE FUNCTION booking.openapi_parameters(route booking.route) RETURNS json
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT json_agg(parameter.definition ORDER BY parameter.position)
  FROM (
    SELECT input.position,
           (input.value
            -- A list is one parameter, its values separated by commas.
            || CASE WHEN input.value #>> '{schema,type}' = 'array' THEN '{"style": "form", "explode": false}' ELSE '{}' END::jsonb)::json AS definition
    FROM jsonb_array_elements((route).inputs::jsonb) WITH ORDINALITY AS input (value, position)
    WHERE input.value ->> 'in' <> 'body'
    UNION ALL
    SELECT 1000, '{"$ref": "#/components/parameters/IdempotencyKey"}'::json WHERE (route).writes) AS parameter;
END;
COMMENT ON FUNCTION booking.openapi_parameters(booking.route) IS 'The parameters of an operation; NULL for none.';

CREATE FUNCTION booking.openapi_body(route booking.route) RETURNS json
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT json_build_object('required', coalesce(bool_or(member.required), false), 'content', json_build_object('application/json', json_build_object(
    'schema', json_build_object(
      'type', 'object', 'required', coalesce(json_agg(member.name ORDER BY member.position) FILTER (WHERE member.required), '[]'),
      'properties', json_object_agg(member.name, member.schema ORDER BY member.position)))))
  FROM (
    SELECT split_part(input.name, '.', 1) AS name, min(input.position) AS position, bool_or(input.required) AS required,
           CASE WHEN count(input.part) = 0 THEN (array_agg(input.schema))[1] ELSE json_build_object(
             'type', 'object',
             'required', coalesce(json_agg(input.part ORDER BY input.position) FILTER (WHERE input.required), '[]'),
             'properties', json_object_agg(coalesce(input.part, ''), input.schema ORDER BY input.position)) END AS schema
    FROM (SELECT i.value ->> 'name' AS name, nullif(split_part(i.value ->> 'name', '.', 2), '') AS part,
                 (i.value ->> 'required')::boolean AS required,
                 ((i.value -> 'schema')::jsonb || jsonb_build_object('description', i.value -> 'description'))::json AS schema, i.position
          FROM json_array_elements((route).inputs) WITH ORDINALITY AS i (value, position)
          WHERE i.value ->> 'in' = 'body') AS input
    GROUP BY split_part(input.name, '.', 1)) AS member
  HAVING count(*) > 0;
END;
COMMENT ON FUNCTION booking.openapi_body(booking.route) IS 'The body of an operation''s requests, of which a dot in an input''s name opens an object; NULL for none.';

CREATE FUNCTION booking.openapi_paths() RETURNS json
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT json_object_agg(item.path, item.operations ORDER BY item.position)
  FROM (
    SELECT route.path, min((route).position) AS position,
           json_object_agg(lower(route.method), json_strip_nulls(json_build_object(
             'operationId', route.operation_id,
             'summary', route.summary,
             'description', CASE WHEN route.capability IS NULL THEN 'Needs no key.' ELSE format(
               'Needs the capability %s; counts in the group %s; salonSlug %s.', route.capability, route.rate_group, CASE route.salon_slug
                 WHEN 'query' THEN 'must be in the query' WHEN 'body' THEN 'must be in the body'
                 WHEN 'anywhere' THEN 'must be in the query or in the body' ELSE 'may be left out' END) END,
             'tags', json_build_array(coalesce(route.rate_group, 'document')),
             'security', CASE WHEN route.capability IS NULL THEN '[]'
                              ELSE json_build_array(json_build_object('apiKey', json_build_array(route.capability))) END,
             'parameters', booking.openapi_parameters(route),
             'requestBody', booking.openapi_body(route),
             'responses', booking.openapi_responses(route))) ORDER BY (route).position) AS operations
    FROM booking.routes() AS route GROUP BY route.path) AS item;
END;
COMMENT ON FUNCTION booking.openapi_paths() IS 'All operations, by path and method.';

CREATE FUNCTION booking.openapi_types() RETURNS json
  LANGUAGE sql STABLE
BEGIN ATOMIC
  WITH RECURSIVE answer AS (
    SELECT booking.openapi_row_type(route) AS row_type FROM booking.routes() AS route WHERE route.capability IS NOT NULL
  ), reachable (type) AS (
    SELECT row_type FROM answer
    UNION SELECT booking.openapi_meta_type(row_type) FROM answer
    UNION SELECT 'booking.v1_webhook_payload'::regtype::oid
    UNION
    SELECT CASE WHEN member.oid = 'booking.v1_slots'::regtype THEN 'booking.v1_slot'::regtype ELSE coalesce(nullif(member.typelem, 0), member.oid) END
    FROM reachable
    JOIN pg_type AS whole ON whole.oid = reachable.type
    JOIN pg_attribute AS a ON a.attrelid = whole.typrelid AND NOT a.attisdropped
    JOIN pg_type AS member ON member.oid = a.atttypid
  )
  SELECT json_object_agg(booking.openapi_name(t.oid), booking.openapi_type(t.oid) ORDER BY booking.openapi_name(t.oid))
  FROM reachable JOIN pg_type AS t ON t.oid = reachable.type WHERE t.typtype IN ('c', 'e');
END;
COMMENT ON FUNCTION booking.openapi_types() IS 'JSON Schema of every type that answers and webhooks are made of, by name.';

CREATE FUNCTION booking.openapi_v1() RETURNS json
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT json_build_object(
    'openapi', '3.1.0',
    'info', json_build_object(
      'title', 'pg_booking public API', 'version', booking.library_version(),
      'description', 'Bookings for servers with an API key. The scope of the security requirement apiKey is the capability that the key must hold; an operation''s tag is the group that its requests are counted in. HEAD works wherever GET does. Answers may get more members; codes, statuses and retryable stay.',
      'license', '{"name": "PostgreSQL License", "identifier": "PostgreSQL"}'::json),
    'servers', '[{"url": "/"}]'::json,
    'tags', (SELECT json_agg(json_build_object(
               'name', tag.name, 'description', CASE WHEN g.rate_group IS NULL THEN 'What a machine reads first.' ELSE format(
                 'Operations whose requests are counted together: in any 60 seconds at most %s of a standard key, %s of an elevated one, unless agreed otherwise.',
                 g.standard, g.elevated) END) ORDER BY tag.name)
             FROM (SELECT DISTINCT coalesce(r.rate_group, 'document') AS name FROM booking.routes() AS r) AS tag
             LEFT JOIN booking.rate_groups() AS g ON g.rate_group = tag.name),
    'paths', booking.openapi_paths(),
    'webhooks', json_build_object('bookingEvent', json_build_object('post', json_build_object(
      'operationId', 'receiveBookingEvent', 'summary', obj_description('booking.booking_event'::regtype, 'pg_type'),
      'tags', '["webhook"]'::json, 'security', '[]'::json,
      'requestBody', json_build_object('required', true, 'content', json_build_object('application/json', json_build_object(
        'schema', booking.openapi_scalar('booking.v1_webhook_payload'::regtype)))),
      'responses', '{"2XX": {"description": "Delivered. Any other answer is a failed attempt."}}'::json))),
    'components', json_build_object(
      'securitySchemes', '{"apiKey": {"type": "http", "scheme": "bearer", "bearerFormat": "bk_live_…", "description": "An API key of the business, for servers only."}}'::json,
      'parameters', '{"IdempotencyKey": {
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "A UUID of version 4. For 24 hours the same request with the same key is carried out once and answered alike.",
        "schema": {"type": "string", "format": "uuid", "pattern": "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$"}}}'::json,
      'headers', '{
        "X-Request-Id": {"description": "The same as meta.requestId.", "schema": {"type": "string"}},
        "WWW-Authenticate": {"description": "Bearer.", "schema": {"type": "string"}},
        "Retry-After": {"description": "After how many seconds to try again.", "schema": {"type": "integer"}},
        "RateLimit-Policy": {"description": "The rate limit: route group, q requests in any w seconds (draft-ietf-httpapi-ratelimit-headers).", "schema": {"type": "string", "examples": ["\"booking\";q=30;w=60"]}},
        "RateLimit": {"description": "What is left of it: r requests now, one more in t seconds.", "schema": {"type": "string", "examples": ["\"booking\";r=29;t=60"]}},
        "X-RateLimit-Limit": {"description": "Requests in any 60 seconds.", "schema": {"type": "integer"}},
        "X-RateLimit-Remaining": {"description": "Requests left now.", "schema": {"type": "integer"}},
        "X-RateLimit-Reset": {"description": "When one more is left, in seconds since 1970.", "schema": {"type": "integer"}},
        "Idempotent-Replayed": {"description": "true when the answer was given before, to the same Idempotency-Key.", "schema": {"type": "string"}}}'::json,
      'schemas', (booking.openapi_types()::jsonb || jsonb_build_object(
        'ErrorCode', json_build_object(
          'type', 'string', 'description', 'Says what went wrong; each has one status, and retryable is the same every time.',
          'enum', (SELECT json_agg(e.code ORDER BY e.sqlstate) FROM booking.error_codes() AS e)),
        'Error', '{
          "type": "object", "description": "Every refusal and every failure.", "required": ["ok", "error", "meta"],
          "properties": {
            "ok": {"type": "boolean", "const": false},
            "error": {
              "type": "object", "required": ["code", "message", "retryable"],
              "properties": {
                "code": {"$ref": "#/components/schemas/ErrorCode"},
                "message": {"type": "string", "description": "For people; may change."},
                "retryable": {"type": "boolean", "description": "Whether the same request can succeed later."},
                "details": {"type": "object", "description": "Depends on code; of request.invalid_input: fields, what is wrong with each."}}},
            "meta": {"$ref": "#/components/schemas/Meta"}}}'::json,
        'Meta', '{
          "type": "object", "description": "About the answer.", "required": ["requestId", "v"],
          "properties": {
            "requestId": {"type": "string", "pattern": "^req_[0-7][0-9a-hjkmnp-tv-z]{25}$", "description": "What to name to support."},
            "v": {"type": "string", "const": "1", "description": "Version of the envelope."},
            "idempotent": {"type": "boolean", "const": true, "description": "There when the answer was given before, to the same Idempotency-Key."}}}'::json))::json));
END;
COMMENT ON FUNCTION booking.openapi_v1() IS 'GET /v1/openapi.json: the OpenAPI 3.1 document of /v1, made of the route table, the error catalogue and the types of its answers.';
