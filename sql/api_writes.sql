-- Writing through the views that are more than one table's columns.

CREATE FUNCTION booking.require_own_practice(therapist_id uuid) RETURNS uuid
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  practice CONSTANT uuid := booking.current_tenant();
BEGIN
  IF practice IS NULL OR therapist_id IS DISTINCT FROM practice AND therapist_id IS NOT NULL THEN
    RAISE EXCEPTION 'this row would belong to another practice' USING ERRCODE = 'insufficient_privilege',
      HINT = 'Leave therapist_id out, or send the id of the user who is signed in.';
  END IF;
  RETURN practice;
END
$$;
COMMENT ON FUNCTION booking.require_own_practice(uuid) IS
  'The practice that is signed in; an error when a row names another one, as row-level security would raise it.';

CREATE FUNCTION booking.require_value(value anyelement, name text) RETURNS anyelement
  LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF value IS NULL THEN
    RAISE EXCEPTION '% is required', name USING ERRCODE = 'not_null_violation', COLUMN = name;
  END IF;
  RETURN value;
END
$$;
COMMENT ON FUNCTION booking.require_value(anyelement, text) IS 'The value; an error that names the column when there is none.';

CREATE FUNCTION booking.client_for(tenant_id uuid, client_id uuid, client_name text) RETURNS uuid
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  added uuid;
BEGIN
  IF client_id IS NOT NULL THEN
    RETURN client_id;
  END IF;
  INSERT INTO booking.customers (tenant_id, name)
    VALUES (client_for.tenant_id, booking.require_value(client_for.client_name, 'client_id')) RETURNING id INTO added;
  RETURN added;
END
$$;
COMMENT ON FUNCTION booking.client_for(uuid, uuid, text) IS 'The client of an appointment: the one named by id, or a new one of that name.';

CREATE FUNCTION booking.insert_appointment() RETURNS trigger
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  practice CONSTANT uuid := booking.require_own_practice(NEW.therapist_id);
  place booking.locations;
  begins timestamptz;
BEGIN
  SELECT l.* INTO place FROM booking.locations AS l
    WHERE l.tenant_id = practice AND l.id = coalesce(NEW.location_id, booking.default_location_id(practice));
  IF coalesce(NEW.status, 'scheduled') NOT IN ('scheduled', 'confirmed') THEN
    PERFORM booking.raise_error('booking.invalid_state', json_build_object(
      'requested', NEW.status, 'allowed', json_build_array('scheduled', 'confirmed')));
  END IF;
  begins := booking.local_start(booking.require_value(NEW.date, 'date') + booking.require_value(NEW.start_time::time, 'start_time'),
                                place.time_zone);
  NEW.id := booking.add_appointment(
    practice, NEW.id, booking.require_value(NEW.service_id, 'service_id'), place.id,
    coalesce(NEW.provider_id, booking.owner_staff_id(practice)), booking.client_for(practice, NEW.client_id, NEW.client_name),
    begins, booking.local_end(NEW.date + NEW.end_time::time, place.time_zone, begins), NEW.client_name, NEW.notes,
    CASE WHEN NEW.status = 'confirmed' THEN NULL ELSE 'scheduled' END::booking.visit_stage, practice);
  SELECT a.* INTO NEW FROM api.appointments AS a WHERE a.therapist_id = practice AND a.id = NEW.id;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION booking.insert_appointment() IS 'INSERT into api.appointments.';

CREATE FUNCTION booking.update_appointment() RETURNS trigger
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  practice CONSTANT uuid := booking.require_own_practice(NEW.therapist_id);
  time_zone CONSTANT text := (SELECT l.time_zone FROM booking.locations AS l
                              WHERE l.tenant_id = OLD.therapist_id AND l.id = OLD.location_id);
  begins timestamptz := OLD.starts_at;
  ends timestamptz := OLD.ends_at;
BEGIN
  IF (NEW.id, NEW.service_id, NEW.location_id) IS DISTINCT FROM (OLD.id, OLD.service_id, OLD.location_id) THEN
    RAISE EXCEPTION 'id, service_id and location_id of an appointment do not change' USING ERRCODE = 'feature_not_supported',
      HINT = 'Cancel this appointment and make another one.';
  END IF;
  IF NEW.client_id IS DISTINCT FROM OLD.client_id AND NEW.client_name IS NOT DISTINCT FROM OLD.client_name THEN
    NEW.client_name := (SELECT c.name FROM booking.customers AS c WHERE c.tenant_id = practice AND c.id = NEW.client_id);
  END IF;
  IF (NEW.client_id, NEW.client_name, NEW.notes) IS DISTINCT FROM (OLD.client_id, OLD.client_name, OLD.notes) THEN
    UPDATE booking.bookings AS b
    SET customer_id = booking.require_value(NEW.client_id, 'client_id'), guest_name = booking.require_value(NEW.client_name, 'client_name'),
        note = NEW.notes, updated_at = clock_timestamp(), version = b.version + 1
    WHERE b.tenant_id = practice AND b.id = OLD.id;
  END IF;
  IF (NEW.date, NEW.start_time) IS DISTINCT FROM (OLD.date, OLD.start_time) THEN
    begins := booking.local_start(booking.require_value(NEW.date, 'date') + booking.require_value(NEW.start_time::time, 'start_time'),
                                  time_zone);
    ends := begins + booking.elapsed(OLD.starts_at, OLD.ends_at);
  END IF;
  IF NEW.end_time IS DISTINCT FROM OLD.end_time THEN
    ends := booking.local_end(NEW.date + booking.require_value(NEW.end_time::time, 'end_time'), time_zone, begins);
  END IF;
  IF (begins, ends, NEW.provider_id) IS DISTINCT FROM (OLD.starts_at::timestamptz, OLD.ends_at::timestamptz, OLD.provider_id) THEN
    -- Moving a request accepts it.
    IF EXISTS (SELECT FROM booking.bookings AS b WHERE b.tenant_id = practice AND b.id = OLD.id AND b.status = 'pending') THEN
      PERFORM booking.confirm_booking(practice, OLD.id, actor_id => practice);
    END IF;
    PERFORM booking.move_appointment(practice, OLD.id, booking.require_value(NEW.provider_id, 'provider_id'), begins, ends, practice);
  END IF;
  IF NEW.status IS DISTINCT FROM OLD.status THEN
    PERFORM booking.set_appointment_status(practice, OLD.id, booking.require_value(NEW.status, 'status'), practice);
  END IF;
  SELECT a.* INTO NEW FROM api.appointments AS a WHERE a.therapist_id = practice AND a.id = OLD.id;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION booking.update_appointment() IS
  'UPDATE of api.appointments: client and notes, then time (a new start keeps the length unless there is a new end), then status.';

CREATE FUNCTION booking.delete_appointment() RETURNS trigger
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM booking.remove_appointment(OLD.therapist_id, OLD.id, OLD.therapist_id);
  RETURN OLD;
END
$$;
COMMENT ON FUNCTION booking.delete_appointment() IS 'DELETE from api.appointments.';

CREATE TRIGGER insert_appointment INSTEAD OF INSERT ON api.appointments FOR EACH ROW EXECUTE FUNCTION booking.insert_appointment();
CREATE TRIGGER update_appointment INSTEAD OF UPDATE ON api.appointments FOR EACH ROW EXECUTE FUNCTION booking.update_appointment();
CREATE TRIGGER delete_appointment INSTEAD OF DELETE ON api.appointments FOR EACH ROW EXECUTE FUNCTION booking.delete_appointment();

CREATE FUNCTION booking.insert_service() RETURNS trigger
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  practice CONSTANT uuid := booking.require_own_practice(NEW.therapist_id);
BEGIN
  INSERT INTO booking.services AS s
    (tenant_id, id, name, description, category, duration_minutes, price_type, price_amount, price_currency,
     buffer_before_minutes, buffer_after_minutes, slot_step_minutes, bookable_online, active)
  VALUES
    (practice, coalesce(NEW.id, booking.uuid_v7()), NEW.name, NEW.description, NEW.category, NEW.duration,
     CASE WHEN NEW.price IS NULL THEN 'on_request' ELSE 'fixed' END::booking.price_type, NEW.price,
     CASE WHEN NEW.price IS NOT NULL THEN coalesce(NEW.currency, 'USD') END,
     coalesce(NEW.buffer_before, 0), coalesce(NEW.buffer_after, 0), coalesce(NEW.step, 15), coalesce(NEW.bookable_online, true),
     coalesce(NEW.active, true))
  RETURNING s.id INTO NEW.id;
  INSERT INTO booking.staff_services (tenant_id, staff_id, service_id)
    SELECT practice, owner, NEW.id FROM booking.owner_staff_id(practice) AS owner WHERE owner IS NOT NULL;
  SELECT m.* INTO NEW FROM api.service_menu AS m WHERE m.therapist_id = practice AND m.id = NEW.id;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION booking.insert_service() IS 'INSERT into api.service_menu.';

CREATE FUNCTION booking.update_service() RETURNS trigger
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  practice CONSTANT uuid := booking.require_own_practice(NEW.therapist_id);
BEGIN
  IF NEW.id IS DISTINCT FROM OLD.id THEN
    RAISE EXCEPTION 'the id of a service does not change' USING ERRCODE = 'feature_not_supported';
  END IF;
  UPDATE booking.services AS s
  SET name = NEW.name, description = NEW.description, category = NEW.category, duration_minutes = NEW.duration,
      price_type = CASE WHEN NEW.price IS NOT DISTINCT FROM OLD.price THEN s.price_type
                        WHEN NEW.price IS NULL THEN 'on_request' ELSE 'fixed' END,
      price_amount = CASE WHEN NEW.price IS NOT DISTINCT FROM OLD.price THEN s.price_amount ELSE NEW.price END,
      price_currency = CASE WHEN NEW.price IS NOT NULL THEN coalesce(NEW.currency, 'USD') END,
      buffer_before_minutes = NEW.buffer_before, buffer_after_minutes = NEW.buffer_after, slot_step_minutes = NEW.step,
      bookable_online = NEW.bookable_online, active = NEW.active
  WHERE s.tenant_id = practice AND s.id = OLD.id;
  SELECT m.* INTO NEW FROM api.service_menu AS m WHERE m.therapist_id = practice AND m.id = OLD.id;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION booking.update_service() IS 'UPDATE of api.service_menu.';

CREATE FUNCTION booking.delete_service() RETURNS trigger
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  DELETE FROM booking.services AS s WHERE s.tenant_id = OLD.therapist_id AND s.id = OLD.id;
  RETURN OLD;
END
$$;
COMMENT ON FUNCTION booking.delete_service() IS 'DELETE from api.service_menu: of a service that was never booked.';

CREATE TRIGGER insert_service INSTEAD OF INSERT ON api.service_menu FOR EACH ROW EXECUTE FUNCTION booking.insert_service();
CREATE TRIGGER update_service INSTEAD OF UPDATE ON api.service_menu FOR EACH ROW EXECUTE FUNCTION booking.update_service();
CREATE TRIGGER delete_service INSTEAD OF DELETE ON api.service_menu FOR EACH ROW EXECUTE FUNCTION booking.delete_service();
