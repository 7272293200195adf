#include "face/rest/grammar/readers.hpp"

#include <string_view>

#include "text/ascii.hpp"

namespace pg_booking::rest {

namespace {

// Non-ASCII characters are taken for letters.
bool is_identifier_character(char c) {
  return is_ascii_letter(c) || is_ascii_digit(c) || c == '_' || c == ' ' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_json_key_character(char c) {
  return std::string_view("(-:.,>)").find(c) == std::string_view::npos;
}

bool read_json_key_part(Scanner& scanner, std::string& out) {
  std::string text;
  scanner.read_all(is_json_key_character, text);
  out += trim_blanks(text);
  return !text.empty();
}

// Parts joined by '-', which is not the one of an arrow.
template <typename ReadPart>
bool read_dashed(Scanner& scanner, ReadPart read_part, std::string& out) {
  return read_separated(
      scanner, [&] { return read_part(scanner, out); },
      [&] {
        const bool is_dash = scanner.attempt(
            [&] { return scanner.read("-") && scanner.not_followed_by([](char c) { return c == '>'; }); });
        if (is_dash) out += '-';
        return is_dash;
      });
}

bool read_json_key(Scanner& scanner, std::string& out) {
  return scanner.named("any non reserved character different from: .,>()", [&] {
    const size_t start = scanner.position();
    if (read_quoted(scanner, out)) return true;
    return scanner.position() == start && read_dashed(scanner, read_json_key_part, out);
  });
}

bool read_json_index(Scanner& scanner, std::string& out) {
  if (scanner.read("-")) out += '-';
  const size_t sign = out.size();
  scanner.read_all(is_ascii_digit, out);
  scanner.expected("digit");
  if (out.size() == sign) return false;
  // The name of a key may begin with digits.
  return scanner.look_ahead("->") || scanner.look_ahead("::") || scanner.look_ahead(".") ||
         scanner.look_ahead(",") || scanner.look_ahead(")") || scanner.read_end();
}

bool read_json_operand(Scanner& scanner, JsonStep& step) {
  step.is_index = scanner.attempt([&] { return read_json_index(scanner, step.key); });
  if (step.is_index) return true;
  step.key.clear();
  return read_json_key(scanner, step.key);
}

}  // namespace

void read_blanks(Scanner& scanner) {
  std::string blanks;
  scanner.read_all([](char c) { return c == ' ' || c == '\t'; }, blanks);
}

bool read_lexeme(Scanner& scanner, std::string_view literal) {
  read_blanks(scanner);
  if (!scanner.read(literal)) return false;
  read_blanks(scanner);
  return true;
}

bool read_delimiter(Scanner& scanner) {
  return scanner.named("delimiter (.)", [&] { return scanner.read("."); });
}

bool read_identifier(Scanner& scanner, std::string& out) {
  std::string text;
  scanner.read_all(is_identifier_character, text);
  scanner.expected("letter");
  scanner.expected("digit");
  out += trim_blanks(text);
  return !text.empty();
}

bool read_quoted(Scanner& scanner, std::string& out) {
  if (!scanner.read("\"")) return false;
  const auto is_plain = [](char c) { return c != '"' && c != '\\'; };
  for (;;) {
    scanner.read_all(is_plain, out);
    if (!scanner.read("\\")) return scanner.read("\"");
    if (!scanner.read_if([](char) { return true; }, out)) return false;
  }
}

bool read_field_name(Scanner& scanner, std::string& out) {
  return scanner.named("field name (* or [a..z0..9_$])", [&] {
    const size_t start = scanner.position();
    if (read_quoted(scanner, out)) return true;
    return scanner.position() == start && read_dashed(scanner, read_identifier, out);
  });
}

bool read_field_names(Scanner& scanner, std::vector<std::string>& out) {
  return read_separated(
      scanner, [&] { return read_field_name(scanner, out.emplace_back()); },
      [&] { return read_lexeme(scanner, ","); });
}

bool read_json_path(Scanner& scanner, std::vector<JsonStep>& out) {
  for (;;) {
    JsonStep step;
    step.as_text = scanner.read("->>");
    if (!step.as_text && !scanner.read("->")) return true;
    if (!read_json_operand(scanner, step)) return false;
    out.push_back(std::move(step));
  }
}

bool read_field(Scanner& scanner, Field& out) {
  read_blanks(scanner);
  if (!read_field_name(scanner, out.name) || !read_json_path(scanner, out.json_path)) return false;
  read_blanks(scanner);
  return true;
}

}  // namespace pg_booking::rest
