CREATE FUNCTION booking.http_request(
  method text, target text, request_headers jsonb DEFAULT '{}', request_body text DEFAULT NULL, peer text DEFAULT '127.0.0.1',
  OUT status integer, OUT headers jsonb, OUT body text) RETURNS record
  LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pg_booking_http_request';
COMMENT ON FUNCTION booking.http_request(text, text, jsonb, text, text) IS
  'Answers one HTTP request: the whole public API, callable from SQL. request_headers: an object of header names (any case) with a string, or an array of strings for a repeated header, each.';

CREATE FUNCTION booking.door_answers(OUT face text, OUT code text, OUT status integer, OUT headers text, OUT body text) RETURNS SETOF record
  LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_door_answers';
COMMENT ON FUNCTION booking.door_answers() IS
  'What pg-booking-http answers when it cannot ask the gateway: for each code, by the first segment of the path (empty: any other); the request id of 26 zeros and {message} stand for the request''s own.';

CREATE FUNCTION booking.http_request_packed(method text, target text, headers text, body bytea, peer text) RETURNS bytea
  LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pg_booking_http_request_packed';
COMMENT ON FUNCTION booking.http_request_packed(text, text, text, bytea, text) IS
  'booking.http_request for pg-booking-http: headers as "name: value" lines; the answer is a line of status, operation, tenant ("-": none) and, if it is so, the word replayed, then header lines, an empty line and the body.';

