#include "face/v1/envelope.hpp"

#include "text/json_write.hpp"

namespace pg_booking::v1 {
namespace {

constexpr std::string_view kHeaders = "Content-Type: application/json\nCache-Control: no-store\n";

}  // namespace

Outcome success_outcome(const Operation& operation, Result result) {
  Outcome outcome{.http_status = operation.success_status, .members = {}, .meta = std::move(result.meta)};
  std::string& members = outcome.members;
  members.reserve(result.data.size() + 64);
  bool const is_list = operation.shape == Shape::list;
  members = "\"ok\":true,\"data\":";
  if (!operation.member.empty()) {
    members += "{\"";
    members += operation.member;
    members += "\":";
  }
  if (is_list) members += '[';
  members += result.data;
  if (is_list) members += ']';
  if (!operation.member.empty()) members += '}';
  return outcome;
}

Outcome error_outcome(const ApiError& error) {
  Outcome outcome{.http_status = error.code->http_status, .members = {}, .meta = {}};
  std::string& members = outcome.members;
  members = "\"ok\":false,\"error\":{\"code\":\"";
  members += error.code->code;
  members += "\",\"message\":";
  append_json_string(members, error.code->message);
  members += ",\"retryable\":";
  members += error.code->retryable ? "true" : "false";
  if (!error.details.empty()) {
    members += ",\"details\":";
    members += error.details;
  }
  members += '}';
  return outcome;
}

void write_answer(Exchange& exchange, const Outcome& outcome) {
  std::string& body = exchange.answer.body;
  body.reserve(outcome.members.size() + outcome.meta.size() + 96);
  body = "{";
  body += outcome.members;
  body += ",\"meta\":{\"requestId\":\"";
  body += exchange.request_id;
  body += "\",\"v\":\"1\"";
  body += outcome.meta;
  body += "}}";
  exchange.answer.status = outcome.http_status;
  exchange.answer.headers += kHeaders;
}

void write_document(Exchange& exchange, std::string document) {
  exchange.answer.body = std::move(document);
  exchange.answer.headers += kHeaders;
}

}  // namespace pg_booking::v1
