#include "face/v1/operation.hpp"

namespace pg_booking::v1 {
namespace {

constexpr int kMaxRangeDays = 31;
constexpr std::string_view kStatuses =
    "pending,confirmed,declined,cancelled,reschedule_proposed,completed,no_show";
constexpr std::string_view kEvents =
    "booking.requested,booking.confirmed,booking.declined,booking.cancelled,booking.reschedule_proposed,"
    "booking.reschedule_confirmed,booking.completed,booking.no_show";

// --- inputs ---

constexpr Field location_in_query{.name = "locationSlug",
                                  .source = Source::query,
                                  .type = Type::slug,
                                  .description = "The location; the default one when absent."};
constexpr Field location_in_body{.name = "locationSlug",
                                 .source = Source::body,
                                 .type = Type::slug,
                                 .description = "The location; the default one when absent."};
constexpr Field service_in_body{.name = "serviceId",
                                .source = Source::body,
                                .type = Type::public_id,
                                .required = true,
                                .description = "The service.",
                                .prefix = "svc"};
constexpr Field staff_in_body{.name = "staffId",
                              .source = Source::body,
                              .type = Type::public_id,
                              .description = "The person; anybody who performs the service when absent.",
                              .prefix = "staff"};
constexpr Field booking_in_path{.name = "bookingId",
                                .source = Source::path,
                                .type = Type::public_id,
                                .required = true,
                                .description = "The booking.",
                                .prefix = "bkg"};

constexpr Field cursor_in_query{
    .name = "cursor",
    .source = Source::query,
    .type = Type::text,
    .description = "The nextCursor of the page before, which had the same filters.",
    .maximum = 200};
constexpr Field limit_in_query{.name = "limit",
                               .source = Source::query,
                               .type = Type::integer,
                               .description = "How many to return at most.",
                               .minimum = 1,
                               .maximum = 100,
                               .default_value = 50};

constexpr Field catalog_fields[] = {location_in_query};

constexpr Field search_fields[] = {
    location_in_body,
    service_in_body,
    staff_in_body,
    {.name = "dateRange.from",
     .source = Source::body,
     .type = Type::date,
     .required = true,
     .description = "First local date."},
    {.name = "dateRange.to",
     .source = Source::body,
     .type = Type::date,
     .required = true,
     .description = "Last local date, at most 31 days after the first."},
    {.name = "cursor",
     .source = Source::body,
     .type = Type::text,
     .description = "The nextCursor of a truncated answer to the same search: what comes after it.",
     .maximum = 200},
};

constexpr Field create_fields[] = {
    location_in_body,
    service_in_body,
    staff_in_body,
    {.name = "date",
     .source = Source::body,
     .type = Type::date,
     .required = true,
     .description = "Local date of the start."},
    {.name = "startTime",
     .source = Source::body,
     .type = Type::time_of_day,
     .required = true,
     .description = "Local time of the start."},
    {.name = "guest.name",
     .source = Source::body,
     .type = Type::text,
     .required = true,
     .description = "Full name.",
     .maximum = 200},
    {.name = "guest.email",
     .source = Source::body,
     .type = Type::email,
     .required = true,
     .description = "E-mail address."},
    {.name = "guest.phone",
     .source = Source::body,
     .type = Type::phone,
     .description = "International phone number."},
    {.name = "note",
     .source = Source::body,
     .type = Type::text,
     .description = "The guest's note.",
     .maximum = 1000},
    {.name = "pricingVersion",
     .source = Source::body,
     .type = Type::text,
     .description = "What the guest was shown; refused when the service has another one by now.",
     .maximum = 100},
    {.name = "override",
     .source = Source::body,
     .type = Type::boolean,
     .description =
         "Book as the user of a personal key does: at any free time, whatever hours, grid, notice and "
         "horizon say."},
};

constexpr Field list_fields[] = {
    location_in_query,
    {.name = "staffId",
     .source = Source::query,
     .type = Type::public_id,
     .description = "Only bookings with this person.",
     .prefix = "staff"},
    {.name = "serviceId",
     .source = Source::query,
     .type = Type::public_id,
     .description = "Only bookings of this service.",
     .prefix = "svc"},
    {.name = "status",
     .source = Source::query,
     .type = Type::some_of,
     .description = "Only these statuses.",
     .choices = kStatuses},
    {.name = "dateFrom",
     .source = Source::query,
     .type = Type::date,
     .description = "Only starts on this local date or later."},
    {.name = "dateTo",
     .source = Source::query,
     .type = Type::date,
     .description = "Only starts on this local date or earlier."},
    {.name = "updatedSince",
     .source = Source::query,
     .type = Type::timestamp,
     .description = "Only bookings changed at this instant or later, in the order of changes."},
    cursor_in_query,
    limit_in_query,
};

constexpr Field booking_fields[] = {booking_in_path};

constexpr Field cancel_fields[] = {
    booking_in_path,
    {.name = "reason",
     .source = Source::body,
     .type = Type::text,
     .description = "Why, for the business.",
     .maximum = 500},
    {.name = "initiator",
     .source = Source::body,
     .type = Type::one_of,
     .description = "In whose name: guest obeys the cancellation rule; provider, the default, does not.",
     .choices = "provider,guest"},
};

constexpr Field webhook_fields[] = {
    {.name = "url",
     .source = Source::body,
     .type = Type::webhook_url,
     .required = true,
     .description = "Where deliveries go: https, a public host."},
};

constexpr Field rotation_fields[] = {
    {.name = "overlapSeconds",
     .source = Source::query,
     .type = Type::integer,
     .description = "How long deliveries are signed with the old secret too.",
     .maximum = 7 * 24 * 60 * 60},
};

constexpr Field delivery_fields[] = {
    {.name = "status",
     .source = Source::query,
     .type = Type::one_of,
     .description = "Only deliveries in this state.",
     .choices = "pending,delivered,failed,skipped"},
    {.name = "event",
     .source = Source::query,
     .type = Type::one_of,
     .description = "Only deliveries of this event.",
     .choices = kEvents},
    {.name = "bookingId",
     .source = Source::query,
     .type = Type::public_id,
     .description = "Only deliveries of this booking.",
     .prefix = "bkg"},
    cursor_in_query,
    limit_in_query,
};

/// dateRange.to is at most 31 days after dateRange.from.
void check_search(const std::vector<Value>& values, FieldErrors& errors) {
  const Day* const from = std::get_if<Day>(&values[3]);
  const Day* const to = std::get_if<Day>(&values[4]);
  if (from == nullptr || to == nullptr) return;
  if (to->days_since_1970 < from->days_since_1970)
    errors.emplace("dateRange.to", "must not be before from");
  else if (to->days_since_1970 - from->days_since_1970 > kMaxRangeDays)
    errors.emplace("dateRange.to", "must be at most 31 days after from");
}

void check_list(const std::vector<Value>& values, FieldErrors& errors) {
  const Day* const from = std::get_if<Day>(&values[4]);
  const Day* const to = std::get_if<Day>(&values[5]);
  if (from != nullptr && to != nullptr && to->days_since_1970 < from->days_since_1970)
    errors.emplace("dateTo", "must not be before dateFrom");
}

// --- operations ---

constexpr Operation list_services{.summary = "List what can be booked online at a location.",
                                  .slug_rule = SlugRule::in_query,
                                  .fields = catalog_fields,
                                  .sql = "SELECT * FROM booking.v1_list_services($1, $2)",
                                  .shape = Shape::list,
                                  .member = "services",
                                  .errors = "service.not_found"};
constexpr Operation list_staff{.summary = "List who can be booked at a location.",
                               .slug_rule = SlugRule::in_query,
                               .fields = catalog_fields,
                               .sql = "SELECT * FROM booking.v1_list_staff($1, $2)",
                               .shape = Shape::list,
                               .member = "staff",
                               .errors = "service.not_found"};
constexpr Operation search_availability{
    .summary = "Search bookable starts between two local dates.",
    .slug_rule = SlugRule::in_body,
    .fields = search_fields,
    .sql = "SELECT * FROM booking.v1_search_availability($1, $2, $3, $4, $5, $6, $7)",
    .errors = "service.not_found",
    .check = check_search};
constexpr Operation create_booking{
    .summary = "Book a start that the search offers.",
    .slug_rule = SlugRule::in_body,
    .fields = create_fields,
    .sql = "SELECT * FROM booking.v1_create_booking($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    .member = "booking",
    .errors =
        "service.not_found,booking.slot_unavailable,booking.outside_booking_window,"
        "booking.guest_blocked,booking.pricing_changed,booking.not_bookable",
    .success_status = 201};
constexpr Operation list_bookings{
    .summary = "List bookings by start, or with updatedSince in the order of changes.",
    .slug_rule = SlugRule::in_query,
    .fields = list_fields,
    .sql = "SELECT * FROM booking.v1_list_bookings($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    .errors = "service.not_found",
    .check = check_list};
constexpr Operation get_booking{.summary = "Read one booking.",
                                .slug_rule = SlugRule::optional,
                                .fields = booking_fields,
                                .sql = "SELECT * FROM booking.v1_get_booking($1, $2)",
                                .member = "booking",
                                .not_found = "booking.not_found"};
constexpr Operation list_booking_events{.summary = "List what happened to a booking, oldest first.",
                                        .slug_rule = SlugRule::optional,
                                        .fields = booking_fields,
                                        .sql = "SELECT * FROM booking.v1_list_booking_events($1, $2)",
                                        .shape = Shape::list,
                                        .member = "events",
                                        .not_found = "booking.not_found"};
constexpr Operation cancel_booking{
    .summary = "Cancel a booking, for the provider or for the guest.",
    .slug_rule = SlugRule::optional,
    .fields = cancel_fields,
    .sql = "SELECT * FROM booking.v1_cancel_booking($1, $2, $3, $4, $5)",
    .member = "booking",
    .errors = "booking.not_found,booking.invalid_state,booking.cancel_deadline_passed"};

constexpr Operation get_webhook_config{.summary = "Read the webhook configuration.",
                                       .slug_rule = SlugRule::in_query,
                                       .sql = "SELECT * FROM booking.v1_get_webhook_config($1)"};
constexpr Operation put_webhook_config{.summary = "Set the webhook URL and activate it.",
                                       .slug_rule = SlugRule::anywhere,
                                       .fields = webhook_fields,
                                       .sql = "SELECT * FROM booking.v1_put_webhook_config($1, $2, $3)"};
constexpr Operation delete_webhook_config{.summary = "Deactivate the webhook; URL and secret are kept.",
                                          .slug_rule = SlugRule::in_query,
                                          .sql = "SELECT * FROM booking.v1_delete_webhook_config($1, $2)"};
constexpr Operation rotate_webhook_secret{.summary = "Replace the webhook secret.",
                                          .slug_rule = SlugRule::anywhere,
                                          .fields = rotation_fields,
                                          .sql = "SELECT * FROM booking.v1_rotate_webhook_secret($1, $2, $3)",
                                          .errors = "service.not_found"};
constexpr Operation list_webhook_deliveries{
    .summary = "List webhook deliveries, newest first.",
    .slug_rule = SlugRule::in_query,
    .fields = delivery_fields,
    .sql = "SELECT * FROM booking.v1_list_webhook_deliveries($1, $2, $3, $4, $5, $6)"};
constexpr Operation get_subscription{.summary = "Read plan, quota and features.",
                                     .slug_rule = SlugRule::optional,
                                     .sql = "SELECT * FROM booking.v1_get_subscription($1)"};

constexpr Operation get_openapi{.summary = "Read this document.",
                                .slug_rule = SlugRule::optional,
                                .sql = "SELECT * FROM booking.openapi_v1()",
                                .shape = Shape::document};

// --- the table ---

constexpr Route kRoutes[] = {
    // method, path, operation, capability (none: no key), rate group, writes
    {"GET", "/v1/services", "listServices", "services.read", "catalog", false, &list_services},
    {"GET", "/v1/staff", "listStaff", "staff.read", "catalog", false, &list_staff},
    {"POST", "/v1/availability/search", "searchAvailability", "availability.read", "availability", false,
     &search_availability},
    {"POST", "/v1/bookings", "createBooking", "booking.create", "booking", true, &create_booking},
    {"GET", "/v1/bookings", "listBookings", "booking.read", "booking", false, &list_bookings},
    {"GET", "/v1/bookings/{bookingId}", "getBooking", "booking.read", "booking", false, &get_booking},
    {"GET", "/v1/bookings/{bookingId}/events", "listBookingEvents", "booking.read", "booking", false,
     &list_booking_events},
    {"POST", "/v1/bookings/{bookingId}/cancel", "cancelBooking", "booking.cancel", "booking", true,
     &cancel_booking},
    {"GET", "/v1/webhooks/config", "getWebhookConfig", "webhook.manage", "webhook", false,
     &get_webhook_config},
    {"PUT", "/v1/webhooks/config", "putWebhookConfig", "webhook.manage", "webhook", true,
     &put_webhook_config},
    {"DELETE", "/v1/webhooks/config", "deleteWebhookConfig", "webhook.manage", "webhook", true,
     &delete_webhook_config},
    {"POST", "/v1/webhooks/config/rotate-secret", "rotateWebhookSecret", "webhook.manage", "webhook", true,
     &rotate_webhook_secret},
    {"GET", "/v1/webhooks/deliveries", "listWebhookDeliveries", "webhook.manage", "webhook", false,
     &list_webhook_deliveries},
    {"GET", "/v1/subscription", "getSubscription", "subscription.read", "subscription", false,
     &get_subscription},
    {"GET", "/v1/openapi.json", "getOpenapi", "", "", false, &get_openapi},
};

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

}  // namespace pg_booking::v1
