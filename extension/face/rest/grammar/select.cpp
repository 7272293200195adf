#include "face/rest/grammar/readers.hpp"

#include <array>
#include <string_view>

namespace pg_booking::rest {

namespace {

bool read_item_end(Scanner& scanner) {
  return scanner.look_ahead(")") || scanner.look_ahead(",") || scanner.read_end();
}

// "alias:", perhaps nothing; "name::cast" has none.
void read_alias(Scanner& scanner, std::string& out) {
  const bool has_alias = scanner.attempt([&] {
    return read_field_name(scanner, out) && scanner.read(":") &&
           scanner.not_followed_by([](char c) { return c == ':'; });
  });
  if (!has_alias) out.clear();
}

bool read_cast(Scanner& scanner, std::string& out) {
  return !scanner.read("::") || read_identifier(scanner, out);
}

// ".sum()", perhaps nothing.
void read_aggregate(Scanner& scanner, std::optional<Aggregate>& out) {
  struct Name {
    std::string_view text;
    Aggregate aggregate;
  };
  static constexpr std::array kNames = {Name{"sum", Aggregate::sum}, Name{"avg", Aggregate::avg},
                                        Name{"count", Aggregate::count}, Name{"max", Aggregate::max},
                                        Name{"min", Aggregate::min}};
  scanner.attempt([&] {
    if (!scanner.read(".")) return false;
    for (const Name& name : kNames) {
      if (!scanner.read(name.text)) continue;
      if (!scanner.read("()")) return false;
      out = name.aggregate;
      return true;
    }
    return false;
  });
}

// "!inner", "!left" or "!hint", perhaps nothing.
bool read_embed_parameter(Scanner& scanner, SelectItem& out) {
  if (!scanner.read("!")) return true;
  const auto is_whole_word = [&] {
    return scanner.not_followed_by([](char c) { return c != '!' && c != '(' && c != ' '; });
  };
  if (scanner.attempt([&] { return scanner.read("left") && is_whole_word(); })) {
    if (out.join == JoinType::unspecified) out.join = JoinType::left;
    return true;
  }
  if (scanner.attempt([&] { return scanner.read("inner") && is_whole_word(); })) {
    if (out.join == JoinType::unspecified) out.join = JoinType::inner;
    return true;
  }
  std::string hint;
  if (!read_field_name(scanner, hint)) return false;
  if (out.hint.empty()) out.hint = std::move(hint);
  return true;
}

bool read_embed_parameters(Scanner& scanner, SelectItem& out) {
  return read_embed_parameter(scanner, out) && read_embed_parameter(scanner, out) && scanner.look_ahead("(");
}

// What stands before the parentheses of "...relation!hint(…)".
bool read_spread_head(Scanner& scanner, SelectItem& out) {
  out = {.kind = SelectItem::Kind::spread};
  read_blanks(scanner);
  return scanner.read("...") && read_field_name(scanner, out.relation) && read_embed_parameters(scanner, out);
}

// What stands before the parentheses of "alias:relation!hint(…)"; count() is an aggregate.
bool read_embed_head(Scanner& scanner, SelectItem& out) {
  out = {.kind = SelectItem::Kind::embed};
  read_blanks(scanner);
  read_alias(scanner, out.alias);
  return read_field_name(scanner, out.relation) && out.relation != "count" &&
         read_embed_parameters(scanner, out);
}

bool read_star(Scanner& scanner, SelectItem& out) {
  out = {.field = {.name = "*"}};
  read_blanks(scanner);
  return scanner.read("*") && read_item_end(scanner);
}

bool read_count(Scanner& scanner, SelectItem& out) {
  out = {.field = {.name = "*"}, .aggregate = Aggregate::count};
  read_blanks(scanner);
  read_alias(scanner, out.alias);
  return scanner.read("count()") && read_cast(scanner, out.aggregate_cast) && read_item_end(scanner);
}

bool read_field_item(Scanner& scanner, SelectItem& out) {
  out = {};
  read_blanks(scanner);
  read_alias(scanner, out.alias);
  if (!read_field(scanner, out.field) || !read_cast(scanner, out.cast)) return false;
  read_aggregate(scanner, out.aggregate);
  if (!read_cast(scanner, out.aggregate_cast) || !read_item_end(scanner)) return false;
  read_blanks(scanner);
  return true;
}

// "relation()" has no items, and so has what does not even begin like an item.
bool read_items(Scanner& scanner, std::vector<SelectItem>& out);

bool read_embedded_items(Scanner& scanner, SelectItem& out) {
  if (!scanner.read("(") || !scanner.enter() || !read_items(scanner, out.items) || !scanner.read(")"))
    return false;
  scanner.leave();
  return true;
}

bool read_item(Scanner& scanner, SelectItem& out) {
  if (scanner.attempt([&] { return read_spread_head(scanner, out); }))
    return read_embedded_items(scanner, out);
  if (scanner.attempt([&] { return read_embed_head(scanner, out); }))
    return read_embedded_items(scanner, out);
  return scanner.attempt([&] { return read_star(scanner, out); }) ||
         scanner.attempt([&] { return read_count(scanner, out); }) || read_field_item(scanner, out);
}

bool read_items(Scanner& scanner, std::vector<SelectItem>& out) {
  const size_t start = scanner.position();
  const bool has_read = read_separated(
      scanner, [&] { return read_item(scanner, out.emplace_back()); },
      [&] { return read_lexeme(scanner, ","); });
  if (has_read) return true;
  if (scanner.position() != start) return false;
  out.clear();
  return true;
}

}  // namespace

bool read_select(Scanner& scanner, std::vector<SelectItem>& out) {
  return read_items(scanner, out);
}

}  // namespace pg_booking::rest
