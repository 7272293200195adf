#include "face/rest/grammar/readers.hpp"

#include <string_view>

namespace pg_booking::rest {

namespace {

bool read_suffix(Scanner& scanner, std::string_view word) {
  return scanner.attempt([&] { return read_delimiter(scanner) && scanner.read(word); });
}

bool read_suffixes(Scanner& scanner, OrderTerm& out) {
  if (read_suffix(scanner, "asc")) {
    out.direction = Direction::ascending;
  } else if (read_suffix(scanner, "desc")) {
    out.direction = Direction::descending;
  }
  if (read_suffix(scanner, "nullsfirst")) {
    out.nulls = Nulls::first;
  } else if (read_suffix(scanner, "nullslast")) {
    out.nulls = Nulls::last;
  }
  return scanner.look_ahead(",") || scanner.read_end();
}

bool read_related_term(Scanner& scanner, OrderTerm& out) {
  out = {};
  return read_field_name(scanner, out.relation) && scanner.read("(") && read_field(scanner, out.field) &&
         scanner.read(")") && read_suffixes(scanner, out);
}

bool read_own_term(Scanner& scanner, OrderTerm& out) {
  out = {};
  return read_field(scanner, out.field) && read_suffixes(scanner, out);
}

}  // namespace

bool read_order(Scanner& scanner, std::vector<OrderTerm>& out) {
  return read_separated(
      scanner,
      [&] {
        OrderTerm& term = out.emplace_back();
        read_blanks(scanner);
        if (!scanner.attempt([&] { return read_related_term(scanner, term); }) &&
            !read_own_term(scanner, term)) {
          return false;
        }
        read_blanks(scanner);
        return true;
      },
      [&] { return scanner.read(","); });
}

}  // namespace pg_booking::rest
