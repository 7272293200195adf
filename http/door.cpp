#include "door.hpp"

#include <string_view>
#include <utility>
#include <variant>

#include "log.hpp"
#include "request_id.hpp"

namespace pg_booking::http {

namespace {

constexpr std::string_view kQueryCanceled = "57014";

struct Answerer {
  const Call& call;
  const ErrorAnswers& errors;

  Answer refuse(const char* code, const char* message) const {
    return errors.make(code, message, call.request.target, new_request_id());
  }

  Answer log_and_refuse(LogLine line, const char* code, const char* message) const {
    Answer answer = refuse(code, message);
    line.field("request_id", answer.request_id).write();
    return answer;
  }

  Answer operator()(const PackedAnswer& packed) const {
    try {
      return unpack_answer(packed.bytes());
    } catch (const MalformedAnswer& error) {
      LogLine line(Level::kError, "malformed_answer");
      line.field("message", error.what());
      return log_and_refuse(std::move(line), kInternalError, "Internal error.");
    }
  }

  /// The gateway answers for every error it knows, so this is one of the installation's, or a cancellation,
  /// which is no error of the request.
  Answer operator()(const SqlError& error) const {
    if (error.sqlstate == kQueryCanceled) {
      LogLine line(Level::kWarning, "cancelled");
      line.field("message", error.message);
      return log_and_refuse(std::move(line), kUnavailable, "The request was cancelled. Nothing was done.");
    }
    LogLine line(Level::kError, "sql_error");
    line.field("sqlstate", error.sqlstate).field("message", error.message).field("hint", error.hint);
    return log_and_refuse(std::move(line), kInternalError, "Internal error.");
  }

  Answer operator()(const OutcomeUnknown& outcome) const {
    LogLine line(Level::kError, "outcome_unknown");
    line.field("message", outcome.reason);
    if (call.is_read()) {
      return log_and_refuse(std::move(line), kUnavailable, "The database did not answer.");
    }
    return log_and_refuse(
        std::move(line), kOutcomeUnknown,
        "The database did not confirm the outcome of this request. Send it again with the same "
        "Idempotency-Key, or look before you repeat it.");
  }

  Answer operator()(NotSent reason) const {
    if (reason == NotSent::kAway) {
      return refuse(kUnavailable, "The database can not be reached at the moment. Nothing was done.");
    }
    // One line of the log says it: the access log's. More would make an overload worse.
    return refuse(kUnavailable, "The database is busy at the moment. Nothing was done.");
  }
};

}  // namespace

Answer answer_to(const Call& call, const Outcome& outcome, const ErrorAnswers& errors) {
  return std::visit(Answerer{call, errors}, outcome);
}

Answer answer_to(const Rejection& rejection, const Request& request, const ErrorAnswers& errors) {
  return errors.make(rejection.code, rejection.message, request.target, new_request_id());
}

}  // namespace pg_booking::http
