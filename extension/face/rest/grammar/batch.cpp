#include "face/rest/grammar/batch.hpp"

#include <algorithm>
#include <utility>

#include "text/ascii.hpp"
#include "text/headers.hpp"
#include "text/json_parse.hpp"
#include "text/json_write.hpp"
#include "text/utf8.hpp"

namespace pg_booking::rest {

namespace {

using Value = json::Value;

RequestError invalid_batch(std::string details) {
  return {.code = "PGRST102", .message = "Invalid batch", .details = std::move(details)};
}

std::string_view text_of(const Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

// A header's name is a token, and neither it nor its value can begin another line.
bool add_header(std::string_view name, const Value& value, std::string& lines) {
  if (!value.IsString()) return false;
  const std::string_view text = text_of(value);
  const auto is_safe = [](std::string_view part) {
    return std::none_of(part.begin(), part.end(), is_ascii_control);
  };
  if (name.empty() || name.find_first_of(": ") != std::string_view::npos || !is_safe(name) ||
      !is_safe(text)) {
    return false;
  }
  lines.append(name).append(": ").append(text).append("\n");
  return true;
}

bool read_headers(const Value& headers, std::string& lines) {
  if (!headers.IsObject()) return false;
  return std::all_of(headers.MemberBegin(), headers.MemberEnd(), [&](const auto& member) {
    return add_header(text_of(member.name), member.value, lines);
  });
}

bool read_member(std::string_view name, const Value& value, BatchPart& part) {
  if (name == "headers") return read_headers(value, part.headers);
  if (!value.IsString()) return false;
  const std::string_view text = text_of(value);
  if (name == "method") {
    part.method = text;
  } else if (name == "path") {
    part.path = text;
  } else if (name == "body") {
    part.body = text;
  } else {
    return false;
  }
  return true;
}

bool read_part(const Value& object, BatchPart& part) {
  if (!object.IsObject()) return false;
  for (const auto& member : object.GetObject()) {
    if (!read_member(text_of(member.name), member.value, part)) return false;
  }
  return part.path.starts_with('/');
}

bool is_json(std::string_view headers) {
  const std::vector<HeaderField> fields = parse_header_block(headers);
  const std::string type = to_ascii_lower(find_header(fields, "content-type").value_or(""));
  const std::string_view essence = std::string_view(type).substr(0, type.find(';'));
  return essence == "application/json" || essence.ends_with("+json");
}

void append_headers(std::string& out, std::string_view headers) {
  std::vector<std::pair<std::string_view, std::string>> joined;
  for (const HeaderField& field : parse_header_block(headers)) {
    const auto same = std::find_if(joined.begin(), joined.end(),
                                   [&](const auto& other) { return other.first == field.name; });
    if (same == joined.end()) {
      joined.emplace_back(field.name, field.value);
    } else {
      same->second.append(", ").append(field.value);
    }
  }
  out += '{';
  for (const auto& [name, value] : joined) {
    if (out.back() != '{') out += ',';
    append_json_string(out, name);
    out += ':';
    append_json_string(out, value);
  }
  out += '}';
}

}  // namespace

std::optional<RequestError> parse_batch(std::string_view text, std::vector<BatchPart>& out) {
  out.clear();
  json::Document document;
  if (const auto error = parse_json(text, document)) return invalid_batch(error->message);
  if (!document.IsArray() || document.Empty() || document.Size() > kMaxBatchParts) {
    return invalid_batch("An array of 1 to " + std::to_string(kMaxBatchParts) + " requests is expected.");
  }
  for (const Value& object : document.GetArray()) {
    if (read_part(object, out.emplace_back())) continue;
    return invalid_batch(
        "Request " + std::to_string(out.size() - 1) +
        ": an object of method, path (with its leading slash), headers (an object) and body is "
        "expected, all of them texts.");
  }
  return std::nullopt;
}

void append_batch_answer(std::string& out, int status, std::string_view headers, std::string_view body) {
  out += "{\"status\":" + std::to_string(status) + ",\"headers\":";
  append_headers(out, headers);
  out += ",\"body\":";
  if (body.empty() || !is_valid_utf8(body)) {
    out += "null";
  } else if (is_json(headers)) {
    out += body;
  } else {
    append_json_string(out, body);
  }
  out += '}';
}

}  // namespace pg_booking::rest
