#include "face/rest/plan/sql_text.hpp"

namespace pg_booking::rest {

std::string quote_name(std::string_view name) {
  std::string quoted = "\"";
  for (char const c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string quote_name(const QualifiedName& name) {
  if (name.schema.empty()) return quote_name(name.name);
  return quote_name(name.schema) + '.' + quote_name(name.name);
}

std::string quote_literal(std::string_view text) {
  std::string quoted;
  bool escapes = false;
  for (char const c : text) {
    if (c == '\'' || c == '\\') quoted += c;
    escapes = escapes || c == '\\';
    quoted += c;
  }
  return (escapes ? "E'" : "'") + quoted + '\'';
}

std::string array_text(const std::vector<std::string>& elements) {
  std::string text = "{";
  for (const std::string& element : elements) {
    if (text.size() > 1) text += ',';
    text += '"';
    for (char const c : element) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  return text + '}';
}

}  // namespace pg_booking::rest
