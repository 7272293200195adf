#include "face/rest/grammar/csv.hpp"

#include <algorithm>
#include <utility>

namespace pg_booking::rest {

namespace {

// Cuts a field up to its separator or line end off the front of `rest`.
bool take_field(std::string_view& rest, std::string& out) {
  if (!rest.starts_with('"')) {
    const size_t end = std::min(rest.find_first_of(",\"\r\n"), rest.size());
    out = rest.substr(0, end);
    rest.remove_prefix(end);
    return !rest.starts_with('"');
  }
  rest.remove_prefix(1);
  for (;;) {
    const size_t quote = rest.find('"');
    if (quote == std::string_view::npos) return false;
    out += rest.substr(0, quote);
    rest.remove_prefix(quote + 1);
    if (!rest.starts_with('"')) return rest.empty() || std::string_view(",\r\n").find(rest[0]) != rest.npos;
    out += '"';
    rest.remove_prefix(1);
  }
}

bool take_line_end(std::string_view& rest) {
  if (rest.starts_with("\r\n")) {
    rest.remove_prefix(2);
  } else if (rest.starts_with('\n') || rest.starts_with('\r')) {
    rest.remove_prefix(1);
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::optional<std::vector<CsvRecord>> parse_csv(std::string_view text) {
  std::vector<CsvRecord> records;
  while (!text.empty()) {
    if (take_line_end(text)) continue;
    CsvRecord& record = records.emplace_back();
    for (bool more = true; more;) {
      if (!take_field(text, record.emplace_back())) return std::nullopt;
      more = text.starts_with(',');
      if (more) text.remove_prefix(1);
    }
    if (!take_line_end(text) && !text.empty()) return std::nullopt;
  }
  return records;
}

}  // namespace pg_booking::rest
