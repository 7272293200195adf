-- What other calendars say about people's time.

CREATE FUNCTION booking.set_external_busy(
  tenant_id uuid, staff_id uuid, source text, covered tstzrange, busy tstzmultirange) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  -- As long as a row of busy_times may be (constraint busy_times_length).
  longest CONSTANT interval := '72 hours';
  said tstzmultirange;
BEGIN
  IF (tstzmultirange(covered) @> busy AND (isempty(busy) OR isfinite(lower(busy)) AND isfinite(upper(busy)))) IS NOT TRUE THEN
    RAISE EXCEPTION 'busy times must be bounded and lie within the range that they are said to cover'
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  -- Whoever books this person afterwards sees it; who has booked before keeps the booking.
  PERFORM booking.lock_calendars(set_external_busy.tenant_id, ARRAY[set_external_busy.staff_id]);
  WITH replaced AS (
    DELETE FROM booking.busy_times AS t
    WHERE t.tenant_id = set_external_busy.tenant_id AND t.staff_id = set_external_busy.staff_id
      AND t.source = set_external_busy.source AND tstzrange(t.protected_from, t.protected_to) && covered
      AND t.protected_from >= coalesce(lower(covered), '-infinity') - longest
    RETURNING t.protected_from, t.protected_to)
  SELECT coalesce(range_agg(tstzrange(r.protected_from, r.protected_to)), '{}') - tstzmultirange(covered) + busy INTO said
  FROM replaced AS r;
  INSERT INTO booking.busy_times (tenant_id, staff_id, kind, source, protected_from, protected_to)
  SELECT set_external_busy.tenant_id, set_external_busy.staff_id, 'external', set_external_busy.source,
         piece, least(piece + longest, upper(period))
  FROM unnest(said) AS period
  CROSS JOIN LATERAL generate_series(lower(period), upper(period), longest) AS piece
  WHERE piece < upper(period);
END
$$;
COMMENT ON FUNCTION booking.set_external_busy(uuid, uuid, text, tstzrange, tstzmultirange) IS
  'Replaces what another calendar (source) says about a person''s time in a range by the given busy times, which have no buffers of their own. Nothing is booked over them; bookings that are there already stay.';
