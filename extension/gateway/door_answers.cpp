#include "gateway/pipeline.hpp"

#include "pg/compat.hpp"
#include "pg/datum.hpp"
#include "pg/guard.hpp"

// What pg-booking-http answers by itself: to what is no acceptable request, and when it can't ask the
// gateway. Made here, of the catalogue and by the faces, so that the service knows neither codes' statuses
// nor faces' shapes.
namespace pg_booking {
namespace {

// An id that no request has: the service puts the request's own in its place.
constexpr const char* kRequestId = "req_00000000000000000000000000";
// And its own words, which tell more, in the place of the catalogue's.
constexpr const char* kMessage = "{message}";

/// P-zone.
void add_row(ReturnSetInfo* result, std::string_view prefix, const ErrorCode& entry,
             const HttpAnswer& answer) {
  Datum values[] = {text_datum(prefix), CStringGetTextDatum(entry.code), Int32GetDatum(answer.status),
                    text_datum(answer.headers), text_datum(answer.body)};
  bool nulls[lengthof(values)] = {};
  tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

}  // namespace
}  // namespace pg_booking

using namespace pg_booking;

PG_BOOKING_FUNCTION(pg_booking_door_answers) {
  pg([&] { materialize_result(fcinfo); });
  auto* const result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  const Face& everybody_else = face_for("");
  for (const ErrorCode& entry : error_codes()) {
    ErrorCode worded = entry;
    worded.message = kMessage;
    const auto add = [&](std::string_view prefix, const Face& face) {
      HttpAnswer const answer = error_answer(face, ApiError(worded, ""), kRequestId);
      pg([&] { add_row(result, prefix, entry, answer); });
    };
    add("", everybody_else);
    for (const Face* const face : all_faces()) add(face->prefix, *face);
  }
  return (Datum)0;
}
