#include "face/rest/answer/overrides.hpp"

#include <algorithm>

#include "face/rest/plan/refusal.hpp"
#include "text/ascii.hpp"
#include "text/json_parse.hpp"

namespace pg_booking::rest {
namespace {

[[noreturn]] void refuse_headers() {
  throw Refusal{{.code = "PGRST111",
                 .message = "response.headers guc must be a JSON array composed of objects with a single key "
                            "and a string value"}};
}

std::string_view name_of(std::string_view line) {
  return line.substr(0, line.find(':'));
}

template <typename Visit>
void for_each_line(std::string_view lines, const Visit& visit) {
  while (!lines.empty()) {
    std::string_view const line = lines.substr(0, lines.find('\n') + 1);
    lines.remove_prefix(line.size());
    visit(line);
  }
}

}  // namespace

bool is_header_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(), is_ascii_control);
}

std::string read_response_headers(std::string_view setting) {
  std::string lines;
  if (setting.empty()) return lines;
  json::Document document;
  if (parse_json(setting, document) || !document.IsArray()) refuse_headers();
  for (const json::Value& entry : document.GetArray()) {
    if (!entry.IsObject() || entry.MemberCount() != 1) refuse_headers();
    const auto& header = *entry.MemberBegin();
    if (!header.value.IsString()) refuse_headers();
    std::string_view const name(header.name.GetString(), header.name.GetStringLength());
    std::string_view const value(header.value.GetString(), header.value.GetStringLength());
    bool const is_name = !name.empty() && name.find_first_of(": ") == std::string_view::npos;
    if (!is_name || !is_header_text(name) || !is_header_text(value)) refuse_headers();
    lines.append(name).append(": ").append(value) += '\n';
  }
  return lines;
}

int read_response_status(std::string_view setting) {
  int status = 0;
  size_t digits = 0;
  while (digits < setting.size() && digits < 4 && is_ascii_digit(setting[digits]))
    status = status * 10 + (setting[digits++] - '0');
  if (digits == 0 || status < 200 || status > 599)
    throw Refusal{{.code = "PGRST112", .message = "response.status guc must be a valid status code"}};
  return status;
}

bool has_header_line(std::string_view headers, std::string_view lower_name) {
  bool found = false;
  for_each_line(headers,
                [&](std::string_view line) { found = found || to_ascii_lower(name_of(line)) == lower_name; });
  return found;
}

std::string override_headers(std::string_view headers, std::string_view overriding) {
  std::string lines;
  for_each_line(headers, [&](std::string_view line) {
    if (!has_header_line(overriding, to_ascii_lower(name_of(line)))) lines += line;
  });
  return lines.append(overriding);
}

}  // namespace pg_booking::rest
