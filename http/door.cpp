#include "door.hpp"

#include <string_view>
#include <utility>
#include <variant>

#include "door_answer.hpp"
#include "log.hpp"

namespace pg_booking::http {

namespace {

constexpr std::string_view kQueryCanceled = "57014";

struct Answerer {
  const Call& call;

  Answer refuse(int status, const char* message) const {
    return door_answer(status, message, call.request.target);
  }

  Answer log_and_refuse(LogLine line, int status, const char* message) const {
    Answer answer = refuse(status, message);
    line.field("request_id", answer.request_id).write();
    return answer;
  }

  Answer operator()(const PackedAnswer& packed) const {
    try {
      return unpack_answer(packed.bytes());
    } catch (const MalformedAnswer& error) {
      LogLine line(Level::kError, "malformed_answer");
      line.field("message", error.what());
      return log_and_refuse(std::move(line), 500, "Internal error.");
    }
  }

  /// The gateway answers for every error it knows, so this is one of the installation's, or a cancellation,
  /// which is no error of the request.
  Answer operator()(const SqlError& error) const {
    if (error.sqlstate == kQueryCanceled) {
      LogLine line(Level::kWarning, "cancelled");
      line.field("message", error.message);
      return log_and_refuse(std::move(line), 503, "The request was cancelled. Nothing was done.");
    }
    LogLine line(Level::kError, "sql_error");
    line.field("sqlstate", error.sqlstate).field("message", error.message).field("hint", error.hint);
    return log_and_refuse(std::move(line), 500, "Internal error.");
  }

  Answer operator()(const OutcomeUnknown& outcome) const {
    LogLine line(Level::kError, "outcome_unknown");
    line.field("message", outcome.reason);
    return log_and_refuse(
        std::move(line), 503,
        "The database did not confirm the outcome of this request. Send it again with the same "
        "Idempotency-Key, or look before you repeat it.");
  }

  Answer operator()(NotSent reason) const {
    if (reason == NotSent::kAway) {
      return refuse(503, "The database can not be reached at the moment. Nothing was done.");
    }
    // One line of the log says it: the access log's. More would make an overload worse.
    return refuse(503, "The database is busy at the moment. Nothing was done.");
  }
};

}  // namespace

Answer answer_to(const Call& call, const Outcome& outcome) {
  return std::visit(Answerer{call}, outcome);
}

}  // namespace pg_booking::http
