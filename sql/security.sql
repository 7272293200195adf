-- Functions belong to whom they are granted; nothing here is for everybody.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA booking, api FROM PUBLIC;
GRANT EXECUTE ON FUNCTION booking.http_request, booking.http_request_packed, booking.door_answers, booking.library_version, booking.housekeeping,
  booking.request_counters, booking.metrics, booking.claim_webhooks, booking.record_webhook_attempt TO authenticator;
GRANT EXECUTE ON FUNCTION booking.request_counters, booking.rate_limit_memory, booking.rate_limit_status, booking.rate_groups,
  booking.routes, booking.library_version, booking.metrics TO pg_monitor;
GRANT EXECUTE ON FUNCTION
  booking.current_tenant, booking.uuid_v7, booking.public_id, booking.parse_public_id, booking.rfc3339, booking.is_time_zone,
  booking.writing_transaction, booking.cluster_id, booking.to_microseconds, booking.from_microseconds, booking.raise_error, booking.error_codes, booking.local_instants, booking.slots_preview,
  booking.search_slots, booking.rank_slots, booking.next_available, booking.explain_slot, booking.count_suppressed,
  booking.pricing_version, booking.terms_with,
  booking.lock_rules, booking.lock_calendars, booking.performs, booking.refuse_slot, booking.booked_starts,
  booking.class_session, booking.free_seat, booking.units_of, booking.clear_expired_holds, booking.choose_assignment,
  booking.transitions, booking.find_transition, booking.begin_transition, booking.apply_transition, booking.time_taken,
  booking.give_time_back, booking.take_time, booking.record_event, booking.find_or_add_customer,
  booking.require_offer, booking.require_provider_to_override, booking.draft_booking, booking.add_booking, booking.create_booking, booking.cancel_booking,
  booking.search_visits, booking.plan_visit,
  booking.v1_location, booking.v1_location_id, booking.v1_list_services, booking.v1_list_staff, booking.v1_require_bookable,
  booking.v1_find_slots, booking.v1_search_availability, booking.v1_bookings, booking.v1_get_booking,
  booking.v1_make_cursor, booking.v1_read_cursor, booking.v1_filter_bookings, booking.v1_list_bookings,
  booking.v1_list_booking_events, booking.enqueue_webhook, booking.webhook_url_problem, booking.random_bytes, booking.seal_webhook_secret, booking.new_webhook_secret,
  booking.v1_webhook_config, booking.v1_get_webhook_config, booking.v1_put_webhook_config, booking.v1_delete_webhook_config,
  booking.v1_rotate_webhook_secret, booking.add_webhook_secret, booking.rotate_webhook_secret, booking.resume_webhooks, booking.v1_list_webhook_deliveries, booking.v1_get_subscription, booking.plan_in_force, booking.v1_overriding_user, booking.v1_create_booking, booking.v1_cancel_booking,
  booking.library_version, booking.routes, booking.rate_groups, booking.openapi_name, booking.openapi_scalar, booking.openapi_member, booking.openapi_type,
  booking.openapi_row_type, booking.openapi_meta_type, booking.openapi_answer, booking.openapi_headers, booking.openapi_links, booking.openapi_responses,
  booking.openapi_parameters, booking.openapi_body, booking.openapi_paths, booking.openapi_types, booking.openapi_v1
  TO booking_integration, service_role;
-- What no API key may do.
GRANT EXECUTE ON FUNCTION
  booking.create_tenant, booking.rate_limit_status, booking.change_status, booking.confirm_booking, booking.decline_booking, booking.complete_booking,
  booking.mark_no_show, booking.elapsed, booking.moved_to, booking.find_new_time, booking.reschedule_booking,
  booking.propose_reschedule, booking.accept_reschedule, booking.refuse_reschedule, booking.hold_slot, booking.staff_by_load, booking.refuse_visit, booking.create_visit,
  booking.lock_visit, booking.cancel_visit, booking.reschedule_visit, booking.release_hold,
  booking.set_external_busy, booking.pause_webhooks, booking.replay_webhook, booking.send_test_webhook
  TO service_role;
-- What a tenant's owner administers, under row-level security like everything else.
GRANT EXECUTE ON FUNCTION
  booking.current_tenant, booking.uuid_v7, booking.are_rate_limits, booking.is_rate_group, booking.rate_groups, booking.generate_api_key, booking.add_api_key_secret,
  booking.create_api_key, booking.list_api_keys, booking.rotate_api_key, booking.revoke_api_key,
  booking.new_webhook_secret, booking.add_webhook_secret, booking.webhook_url_problem, booking.pause_webhooks, booking.resume_webhooks, booking.replay_webhook, booking.send_test_webhook, booking.rotate_webhook_secret
  TO authenticated, service_role;
-- A practice's own calendar: the views and functions of schema api, and what they call as their caller.
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA api TO authenticated, service_role;
GRANT EXECUTE ON FUNCTION
  booking.public_id, booking.rfc3339, booking.is_time_zone, booking.writing_transaction, booking.raise_error, booking.local_instants,
  booking.search_slots, booking.rank_slots, booking.next_available, booking.explain_slot, booking.pricing_version, booking.terms_with, booking.plan_in_force,
  booking.lock_rules, booking.lock_calendars, booking.performs, booking.refuse_slot, booking.class_session,
  booking.free_seat, booking.units_of, booking.clear_expired_holds, booking.transitions, booking.find_transition, booking.begin_transition,
  booking.apply_transition, booking.time_taken, booking.give_time_back, booking.take_time, booking.record_event, booking.require_offer,
  booking.cancel_booking, booking.change_status, booking.confirm_booking, booking.complete_booking, booking.mark_no_show,
  booking.elapsed, booking.moved_to, booking.accept_reschedule, booking.refuse_reschedule, booking.enqueue_webhook, booking.v1_bookings,
  booking.appointment_status, booking.appointment_transitions, booking.owner_staff_id, booking.default_location_id,
  booking.local_start, booking.local_end, booking.lock_free_time, booking.require_length, booking.add_appointment,
  booking.move_appointment, booking.set_appointment_status, booking.remove_appointment, booking.require_own_practice,
  booking.require_value, booking.client_for, booking.own_rate_limits
  TO authenticated, service_role;
-- The rest of what a provider does with bookings and calendars: in SQL, and in whatever an operator exposes of it.
GRANT EXECUTE ON FUNCTION
  booking.create_booking, booking.require_provider_to_override, booking.find_or_add_customer, booking.choose_assignment,
  booking.booked_starts, booking.decline_booking, booking.find_new_time, booking.reschedule_booking, booking.propose_reschedule,
  booking.hold_slot, booking.release_hold, booking.set_external_busy, booking.count_suppressed, booking.slots_preview
  TO authenticated;
