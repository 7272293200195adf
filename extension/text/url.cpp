#include "text/url.hpp"

#include <algorithm>
#include <utility>

#include "text/ascii.hpp"

namespace pg_booking {

namespace {

enum class Plus { kPlus, kSpace };

// Undoes percent-encoding; nothing for a bad escape, a NUL or bytes that are not UTF-8.
std::optional<std::string> percent_decode(std::string_view encoded, Plus plus) {
  std::string decoded;
  decoded.reserve(encoded.size());
  for (size_t i = 0; i < encoded.size(); ++i) {
    char c = encoded[i];
    if (c == '%') {
      if (encoded.size() - i < 3) return std::nullopt;
      const int high = hex_digit_value(encoded[i + 1]);
      const int low = hex_digit_value(encoded[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high << 4 | low);
      if (c == '\0') return std::nullopt;
      i += 2;
    } else if (c == '+' && plus == Plus::kSpace) {
      c = ' ';
    }
    decoded += c;
  }
  if (!is_valid_utf8(decoded)) return std::nullopt;
  return decoded;
}

// Cuts the text up to the next separator off the front of `rest`; `more` tells whether there was a separator.
std::string_view cut(std::string_view& rest, char separator, bool& more) {
  const size_t position = rest.find(separator);
  more = position != std::string_view::npos;
  const std::string_view piece = rest.substr(0, position);
  rest.remove_prefix(more ? position + 1 : rest.size());
  return piece;
}

bool decode_segments(std::string_view path_after_slash, std::vector<std::string>& segments) {
  for (bool more = true; more;) {
    std::optional<std::string> segment = percent_decode(cut(path_after_slash, '/', more), Plus::kPlus);
    if (!segment) return false;
    segments.push_back(std::move(*segment));
  }
  return true;
}

bool decode_query(std::string_view text, std::vector<QueryParameter>& query) {
  for (bool more = true; more;) {
    std::string_view piece = cut(text, '&', more);
    if (piece.empty()) continue;
    bool has_value = false;
    const std::string_view encoded_name = cut(piece, '=', has_value);
    std::optional<std::string> name = percent_decode(encoded_name, Plus::kSpace);
    std::optional<std::string> value = percent_decode(piece, Plus::kSpace);
    if (!name || !value) return false;
    query.push_back({std::move(*name), std::move(*value), has_value});
  }
  return true;
}

}  // namespace

std::optional<Target> parse_target(std::string_view target) {
  if (!target.starts_with('/') || target.find('#') != std::string_view::npos ||
      std::any_of(target.begin(), target.end(), is_ascii_control)) {
    return std::nullopt;
  }
  bool has_query = false;
  const std::string_view path = cut(target, '?', has_query);
  Target parsed;
  parsed.path = path;
  if (!decode_segments(path.substr(1), parsed.segments)) return std::nullopt;
  if (!decode_query(target, parsed.query)) return std::nullopt;
  return parsed;
}

std::optional<std::vector<QueryParameter>> parse_form(std::string_view body) {
  std::vector<QueryParameter> fields;
  if (!decode_query(body, fields)) return std::nullopt;
  return fields;
}

const std::string* find_query(const Target& target, std::string_view name) {
  const auto found = std::find_if(target.query.begin(), target.query.end(),
                                  [&](const QueryParameter& parameter) { return parameter.name == name; });
  return found == target.query.end() ? nullptr : &found->value;
}

size_t count_query(const Target& target, std::string_view name) {
  return static_cast<size_t>(
      std::count_if(target.query.begin(), target.query.end(),
                    [&](const QueryParameter& parameter) { return parameter.name == name; }));
}

}  // namespace pg_booking
