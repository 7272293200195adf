#include "telemetry/exposition.hpp"

#include <array>
#include <charconv>

namespace pg_booking::http {

namespace {

void append_escaped(std::string& text, std::string_view value, bool quotes) {
  for (const char c : value) {
    if (c == '\n') {
      text.append("\\n");
    } else if (c == '\\' || (quotes && c == '"')) {
      text.append({'\\', c});
    } else {
      text.push_back(c);
    }
  }
}

}  // namespace

void Exposition::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  text_.append("# HELP ").append(name).append(" ");
  append_escaped(text_, help, false);
  text_.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

void Exposition::sample(double value, Labels labels, std::string_view suffix) {
  text_.append(name_).append(suffix);
  char before = '{';
  for (const Label& label : labels) {
    text_.push_back(before);
    text_.append(label.name).append("=\"");
    append_escaped(text_, label.value, true);
    text_.push_back('"');
    before = ',';
  }
  if (before == ',') text_.push_back('}');
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  text_.append(" ").append(digits.data(), end).append("\n");
}

}  // namespace pg_booking::http
