#include "door.hpp"

#include <string_view>
#include <variant>

#include "door_answer.hpp"
#include "log.hpp"

namespace pg_booking::http {

namespace {

constexpr std::chrono::seconds kLongestWait{10};
constexpr std::string_view kQueryCanceled = "57014";

Answer log_and_answer(LogLine line, int status, const char* message, const Request& request) {
  Answer answer = door_answer(status, message, request.target);
  line.field("request_id", answer.request_id).write();
  return answer;
}

struct Answerer {
  const Request& request;

  Answer operator()(const PackedAnswer& packed) const {
    try {
      return unpack_answer(packed.bytes());
    } catch (const MalformedAnswer& error) {
      LogLine line(Level::kError, "malformed_answer");
      line.field("message", error.what());
      return log_and_answer(std::move(line), 500, "Internal error.", request);
    }
  }

  /// The gateway answers for every error it knows, so this is one of the installation's, or a cancellation,
  /// which is no error of the request.
  Answer operator()(const SqlError& error) const {
    if (error.sqlstate == kQueryCanceled) {
      LogLine line(Level::kWarning, "cancelled");
      line.field("message", error.message);
      return log_and_answer(std::move(line), 503, "The request was cancelled. Nothing was done.", request);
    }
    LogLine line(Level::kError, "sql_error");
    line.field("sqlstate", error.sqlstate).field("message", error.message).field("hint", error.hint);
    return log_and_answer(std::move(line), 500, "Internal error.", request);
  }

  Answer operator()(const OutcomeUnknown& outcome) const {
    LogLine line(Level::kError, "outcome_unknown");
    line.field("message", outcome.reason);
    return log_and_answer(
        std::move(line), 503,
        "The database did not confirm the outcome of this request. Send it again with the same "
        "Idempotency-Key, or look before you repeat it.",
        request);
  }
};

}  // namespace

Answer Door::answer(const Request& request, const std::string& peer,
                    std::chrono::steady_clock::time_point arrived_at) {
  try {
    const Pool::Lease connection = pool_.borrow(arrived_at + kLongestWait);
    return std::visit(Answerer{request}, connection->call(request, peer));
  } catch (const PoolError& error) {
    if (error.reason == Unavailable::kAway) {
      return door_answer(503, "The database can not be reached at the moment. Nothing was done.",
                         request.target);
    }
    LogLine line(Level::kWarning, "pool_exhausted");
    return log_and_answer(std::move(line), 503, "The database is busy at the moment. Nothing was done.",
                          request);
  }
}

}  // namespace pg_booking::http
