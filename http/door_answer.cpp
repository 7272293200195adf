#include "door_answer.hpp"

#include <string>

#include "request_id.hpp"

namespace pg_booking::http {

namespace {

std::string_view error_code(int status) {
  switch (status) {
    case 413:
      return "request.payload_too_large";
    case 500:
      return "internal.error";
    case 503:
      return "internal.unavailable";
    default:
      return "request.invalid_input";
  }
}

bool is_v1(std::string_view target) {
  return target.starts_with("/v1") && (target.size() == 3 || target[3] == '/' || target[3] == '?');
}

}  // namespace

Answer door_answer(int status, std::string_view message, std::string_view target) {
  Answer answer;
  answer.status = status;
  answer.request_id = new_request_id();
  answer.headers = "Content-Type: application/json\r\nCache-Control: no-store\r\n";
  answer.headers.append("X-Content-Type-Options: nosniff\r\nX-Request-Id: ")
      .append(answer.request_id)
      .append("\r\n");
  if (status == 503) answer.headers.append("Retry-After: 1\r\n");

  std::string& body = answer.body;
  const std::string_view code = error_code(status);
  if (is_v1(target)) {
    body.append(R"({"ok":false,"error":{"code":")").append(code).append(R"(","message":")").append(message);
    body.append(R"(","retryable":)").append(status == 500 || status == 503 ? "true" : "false");
    body.append(R"(},"meta":{"requestId":")").append(answer.request_id).append(R"(","v":"1"}})");
  } else {
    body.append(R"({"code":")").append(code).append(R"(","message":")").append(message);
    body.append(R"(","details":null,"hint":null})");
  }
  return answer;
}

}  // namespace pg_booking::http
