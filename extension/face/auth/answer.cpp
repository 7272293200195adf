#include "face/auth/answer.hpp"

#include <algorithm>

#include "text/datetime.hpp"
#include "text/json_write.hpp"

namespace pg_booking::auth {
namespace {

constexpr std::string_view kNewVersion = "2024-01-01";
constexpr std::string_view kCorsHeaders =
    "Access-Control-Allow-Origin: *\n"
    "Access-Control-Expose-Headers: Link, Retry-After, X-Supabase-Api-Version, X-Total-Count\n";

bool wants_new_version(const Exchange& exchange) {
  std::string_view const version = find_header(exchange.headers, "x-supabase-api-version").value_or("");
  return parse_date(version) && version >= kNewVersion;
}

/// The members of an object that is not empty, with a comma before them.
std::string members_of(std::string_view object) {
  return object.size() > 2 ? "," + std::string(object.substr(1, object.size() - 2)) : std::string();
}

std::string error_body(const Answer& error, bool new_version) {
  std::string body = "{\"code\":";
  if (new_version) {
    append_json_string(body, error.code);
    body += ",\"message\":";
  } else {
    body += std::to_string(error.status) + ",\"error_code\":";
    append_json_string(body, error.code);
    body += ",\"msg\":";
  }
  append_json_string(body, error.message);
  return body + members_of(error.body) + '}';
}

}  // namespace

void write_answer(Exchange& exchange, const Answer& answer) {
  HttpAnswer& http = exchange.answer;
  http.status = answer.status;
  http.headers += answer.headers;
  if (find_header(exchange.headers, "origin")) http.headers += kCorsHeaders;
  if (answer.headers.find("Cache-Control:") == std::string::npos) http.headers += "Cache-Control: no-store\n";
  if (!answer.code.empty()) {
    bool const new_version = wants_new_version(exchange);
    http.headers += "X-Sb-Error-Code: " + answer.code + "\n";
    if (new_version) http.headers += "X-Supabase-Api-Version: " + std::string(kNewVersion) + "\n";
    http.body = error_body(answer, new_version);
  } else {
    http.body = answer.body;
  }
  if (!http.body.empty()) http.headers += "Content-Type: application/json\n";
}

}  // namespace pg_booking::auth
