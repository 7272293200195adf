#include "face/rest/answer/raised.hpp"

#include "face/rest/answer/overrides.hpp"
#include "text/json_parse.hpp"

namespace pg_booking::rest {
namespace {

std::optional<std::string> text_of(const json::Value& object, const char* name) {
  auto const member = object.FindMember(name);
  if (member == object.MemberEnd() || !member->value.IsString()) return std::nullopt;
  return std::string(member->value.GetString(), member->value.GetStringLength());
}

/// Whether a member may be missing, null or a string, and nothing else.
bool is_optional_text(const json::Value& object, const char* name) {
  auto const member = object.FindMember(name);
  return member == object.MemberEnd() || member->value.IsString() || member->value.IsNull();
}

struct RaisedMessage {
  std::string code, message;
  std::optional<std::string> details, hint;
};

std::optional<RaisedMessage> read_message(const std::string& text) {
  json::Document document;
  if (parse_json(text, document) || !document.IsObject()) return std::nullopt;
  std::optional<std::string> code = text_of(document, "code");
  std::optional<std::string> message = text_of(document, "message");
  if (!code || !message || !is_optional_text(document, "details") || !is_optional_text(document, "hint"))
    return std::nullopt;
  return RaisedMessage{*code, *message, text_of(document, "details"), text_of(document, "hint")};
}

struct RaisedDetail {
  int status;
  std::string headers;
};

std::optional<RaisedDetail> read_detail(const std::string& text) {
  json::Document document;
  if (parse_json(text, document) || !document.IsObject()) return std::nullopt;
  auto const status = document.FindMember("status");
  auto const headers = document.FindMember("headers");
  if (status == document.MemberEnd() || !status->value.IsInt() || status->value.GetInt() < 200 ||
      status->value.GetInt() > 599 || !is_optional_text(document, "status_text") ||
      headers == document.MemberEnd() || !headers->value.IsObject())
    return std::nullopt;
  RaisedDetail detail{status->value.GetInt(), ""};
  for (const auto& header : headers->value.GetObject()) {
    if (!header.value.IsString()) return std::nullopt;
    std::string const name(header.name.GetString(), header.name.GetStringLength());
    std::string const value(header.value.GetString(), header.value.GetStringLength());
    if (!is_header_text(name) || !is_header_text(value) || name.empty()) return std::nullopt;
    detail.headers += name + ": " + value + "\n";
  }
  return detail;
}

ErrorAnswer refuse(std::string details, std::string hint, bool minimal) {
  return answer_refusal({.error = {.code = "PGRST121",
                                   .message = "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error",
                                   .details = std::move(details),
                                   .hint = std::move(hint)}},
                        minimal);
}

}  // namespace

ErrorAnswer answer_raised(const std::string& message, const std::optional<std::string>& detail,
                          bool minimal) {
  std::optional<RaisedMessage> const said = read_message(message);
  if (!said)
    return refuse("Invalid JSON value for MESSAGE: '" + message + "'",
                  "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: "
                  "'details', 'hint'.",
                  minimal);
  std::string const detail_hint =
      "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: "
      "'status_text'.";
  if (!detail) return refuse("DETAIL is missing in the RAISE statement", detail_hint, minimal);
  std::optional<RaisedDetail> const how = read_detail(*detail);
  if (!how) return refuse("Invalid JSON value for DETAIL: '" + *detail + "'", detail_hint, minimal);
  ErrorAnswer answer = answer_refusal(
      {.error = {.code = said->code, .message = said->message, .details = said->details, .hint = said->hint}},
      minimal);
  answer.status = how->status;
  answer.headers += how->headers;
  return answer;
}

}  // namespace pg_booking::rest
