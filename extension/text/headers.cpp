#include "text/headers.hpp"

#include <algorithm>

#include "text/ascii.hpp"

namespace pg_booking {

namespace {

bool equals_lower(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return to_ascii_lower(a) == b; });
}

// tchar of RFC 9110 section 5.6.2.
bool is_token_character(char c) {
  return is_ascii_letter(c) || is_ascii_digit(c) ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

// Cuts the longest token off the front of `rest`.
std::string_view cut_token(std::string_view& rest) {
  const auto end = std::find_if_not(rest.begin(), rest.end(), is_token_character);
  const std::string_view token(rest.data(), static_cast<size_t>(end - rest.begin()));
  rest.remove_prefix(token.size());
  return token;
}

// Cuts a quoted-string (RFC 9110 section 5.6.4) off the front of `rest`, which starts with its quote;
// unescapes it.
std::optional<std::string> cut_quoted(std::string_view& rest) {
  std::string text;
  for (size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return text;
    }
    if (rest[i] == '\\' && ++i == rest.size()) break;
    if (is_ascii_control(rest[i]) && rest[i] != '\t') break;
    text += rest[i];
  }
  return std::nullopt;
}

struct MediaParameter {
  std::string_view name;
  std::string value;
};

std::optional<MediaParameter> cut_parameter(std::string_view& rest) {
  MediaParameter parameter;
  parameter.name = cut_token(rest);
  if (parameter.name.empty() || !rest.starts_with('=')) return std::nullopt;
  rest.remove_prefix(1);
  if (rest.starts_with('"')) {
    std::optional<std::string> text = cut_quoted(rest);
    if (!text) return std::nullopt;
    parameter.value = *text;
  } else {
    parameter.value = cut_token(rest);
    if (parameter.value.empty()) return std::nullopt;
  }
  return parameter;
}

}  // namespace

std::vector<HeaderField> parse_header_block(std::string_view block) {
  std::vector<HeaderField> headers;
  headers.reserve(static_cast<size_t>(std::count(block.begin(), block.end(), '\n')) + 1);
  while (!block.empty()) {
    const size_t line_end = std::min(block.find('\n'), block.size());
    std::string_view line = block.substr(0, line_end);
    block.remove_prefix(std::min(line_end + 1, block.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) continue;
    headers.push_back({line.substr(0, colon), trim_blanks(line.substr(colon + 1))});
  }
  return headers;
}

std::optional<std::string_view> find_header(const std::vector<HeaderField>& headers,
                                            std::string_view lower_name) {
  for (const HeaderField& field : headers) {
    if (equals_lower(field.name, lower_name)) return field.value;
  }
  return std::nullopt;
}

size_t count_header(const std::vector<HeaderField>& headers, std::string_view lower_name) {
  return static_cast<size_t>(std::count_if(headers.begin(), headers.end(), [&](const HeaderField& field) {
    return equals_lower(field.name, lower_name);
  }));
}

std::optional<MediaType> parse_media_type(std::string_view value) {
  std::string_view rest = trim_blanks(value);
  const std::string_view whole = rest;
  const std::string_view type = cut_token(rest);
  if (type.empty() || !rest.starts_with('/')) return std::nullopt;
  rest.remove_prefix(1);
  const std::string_view subtype = cut_token(rest);
  if (subtype.empty()) return std::nullopt;
  MediaType media_type{to_ascii_lower(whole.substr(0, type.size() + 1 + subtype.size())), {}};

  while (!(rest = trim_blanks(rest)).empty()) {
    if (!rest.starts_with(';')) return std::nullopt;
    rest = trim_blanks(rest.substr(1));
    if (rest.empty() || rest.starts_with(';')) continue;  // RFC 9110 allows an empty parameter
    const std::optional<MediaParameter> parameter = cut_parameter(rest);
    if (!parameter) return std::nullopt;
    if (!equals_lower(parameter->name, "charset")) continue;
    if (!media_type.charset.empty() || parameter->value.empty()) return std::nullopt;
    media_type.charset = to_ascii_lower(parameter->value);
  }
  return media_type;
}

std::optional<std::string_view> bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer";
  if (!equals_lower(authorization.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  authorization.remove_prefix(kScheme.size());
  const size_t blanks = std::min(authorization.find_first_not_of(' '), authorization.size());
  if (blanks == 0) return std::nullopt;
  const std::string_view token = authorization.substr(blanks);

  const std::string_view characters = token.substr(0, token.find_last_not_of('=') + 1);
  const bool is_token68 = std::all_of(characters.begin(), characters.end(), [](char c) {
    return is_ascii_letter(c) || is_ascii_digit(c) || c == '-' || c == '.' || c == '_' || c == '~' ||
           c == '+' || c == '/';
  });
  if (characters.empty() || !is_token68) return std::nullopt;
  return token;
}

}  // namespace pg_booking
