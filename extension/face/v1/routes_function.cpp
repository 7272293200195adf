#include "face/v1/describe.hpp"

#include "pg/compat.hpp"
#include "pg/datum.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "utils/array.h"
}

// The route table as a SQL function: the OpenAPI document, the reference page and tests are made from it.
namespace pg_booking::v1 {
namespace {

/// NULL for the empty text. P-zone.
Datum optional_text(std::string_view text, bool& is_null) {
  is_null = text.empty();
  return is_null ? (Datum)0 : text_datum(text);
}

/// P-zone: takes references, destroys nothing.
Datum text_array(const std::vector<std::string_view>& texts) {
  auto* const elements = static_cast<Datum*>(palloc(sizeof(Datum) * texts.size()));
  for (size_t i = 0; i < texts.size(); i++) elements[i] = text_datum(texts[i]);
  return PointerGetDatum(
      construct_array(elements, static_cast<int>(texts.size()), TEXTOID, -1, false, TYPALIGN_INT));
}

/// Adds a route's row. P-zone: takes references, destroys nothing.
void put_route(ReturnSetInfo* result, int position, const Route& route, std::string_view inputs,
               const std::vector<std::string_view>& errors) {
  const Operation& operation = *route.operation;
  bool nulls[15] = {};
  Datum values[] = {Int32GetDatum(position),
                    text_datum(route.method),
                    text_datum(route.pattern),
                    text_datum(route.operation_id),
                    text_datum(operation.summary),
                    optional_text(route.capability, nulls[5]),
                    optional_text(route.rate_group, nulls[6]),
                    BoolGetDatum(route.writes),
                    optional_text(describe_slug_rule(route), nulls[8]),
                    text_datum(inputs),
                    Int32GetDatum(operation.success_status),
                    text_datum(operation.sql),
                    optional_text(operation.member, nulls[12]),
                    BoolGetDatum(operation.shape == Shape::list),
                    text_array(errors)};
  static_assert(lengthof(values) == lengthof(nulls));
  tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

}  // namespace
}  // namespace pg_booking::v1

using namespace pg_booking;

PG_BOOKING_FUNCTION(pg_booking_routes) {
  pg([&] { materialize_result(fcinfo); });
  auto* const result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  int position = 0;
  for (const Route& route : v1::routes()) {
    std::string const inputs = v1::describe_inputs(route);
    std::vector<std::string_view> const errors = v1::possible_errors(route);
    pg([&] { v1::put_route(result, ++position, route, inputs, errors); });
  }
  return (Datum)0;
}
