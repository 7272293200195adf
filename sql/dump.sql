-- pg_dump leaves the data of an extension's tables out unless told otherwise.
SELECT pg_catalog.pg_extension_config_dump('booking.tenants', '');
SELECT pg_catalog.pg_extension_config_dump('booking.tenant_slugs', '');
SELECT pg_catalog.pg_extension_config_dump('booking.locations', '');
SELECT pg_catalog.pg_extension_config_dump('booking.staff', '');
SELECT pg_catalog.pg_extension_config_dump('booking.services', '');
SELECT pg_catalog.pg_extension_config_dump('booking.staff_services', '');
SELECT pg_catalog.pg_extension_config_dump('booking.opening_hours', '');
SELECT pg_catalog.pg_extension_config_dump('booking.working_hours', '');
SELECT pg_catalog.pg_extension_config_dump('booking.date_overrides', '');
SELECT pg_catalog.pg_extension_config_dump('booking.time_off', '');
SELECT pg_catalog.pg_extension_config_dump('booking.customers', '');
SELECT pg_catalog.pg_extension_config_dump('booking.bookings', '');
SELECT pg_catalog.pg_extension_config_dump('booking.busy_times', '');
SELECT pg_catalog.pg_extension_config_dump('booking.booking_events', '');
SELECT pg_catalog.pg_extension_config_dump('booking.idempotency_keys', '');
SELECT pg_catalog.pg_extension_config_dump('booking.api_keys', '');
SELECT pg_catalog.pg_extension_config_dump('booking.api_key_lookups', '');
