#include "message/content_coding.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

#include "text/ascii.hpp"
#include "text/headers.hpp"

namespace pg_booking::http {

namespace {

constexpr std::size_t kLeastBytes = 1024;
constexpr std::size_t kMostBytes = std::size_t{1024} * 1024;

std::string_view trim(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Cuts the part before `separator` off `rest`.
std::string_view take_part(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = trim(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

/// True for "q=0", "q=0.0" and so on: not acceptable.
bool is_zero_weight(std::string_view parameter) {
  if (!to_ascii_lower(parameter).starts_with("q=")) return false;
  return parameter.find_first_not_of("0.", 2) == std::string_view::npos;
}

}  // namespace

bool accepts_gzip(std::string_view headers) {
  // Looked for before anything is parsed: most requests do not have it.
  if (headers.find("accept-encoding:") == std::string_view::npos) return false;
  const auto fields = parse_header_block(headers);
  std::string_view list = find_header(fields, "accept-encoding").value_or("");
  while (!list.empty()) {
    std::string_view element = take_part(list, ',');
    const std::string coding = to_ascii_lower(take_part(element, ';'));
    if (coding == "gzip" || coding == "x-gzip") return !is_zero_weight(trim(element));
  }
  return false;
}

bool is_worth_compressing(const Answer& answer) {
  if (answer.body.size() < kLeastBytes || answer.body.size() > kMostBytes) return false;
  const std::string headers = to_ascii_lower(answer.headers);
  return headers.find("content-encoding:") == std::string::npos &&
         (headers.find("content-type: application/") != std::string::npos ||
          headers.find("content-type: text/") != std::string::npos);
}

}  // namespace pg_booking::http
