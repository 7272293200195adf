#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>
#include <utility>
#include <vector>

#include "face/rest/grammar/query.hpp"
#include "face/rest/grammar/scanner.hpp"

// What the parameters of a query string consist of. Each function returns whether it could read.
namespace pg_booking::rest {

/// Blanks and tabs, perhaps none.
void read_blanks(Scanner& scanner);

/// A literal with blanks around it.
bool read_lexeme(Scanner& scanner, std::string_view literal);

/// "." before what follows a name.
bool read_delimiter(Scanner& scanner);

/// At least one item, with separators between them.
template <typename ReadItem, typename ReadSeparator>
bool read_separated(Scanner& scanner, ReadItem read_item, ReadSeparator read_separator) {
  for (;;) {
    if (!read_item()) return false;
    const size_t position = scanner.position();
    if (!read_separator()) return scanner.position() == position;
  }
}

/// Letters, digits, '_', '$' and blanks; blanks around it are cut off.
bool read_identifier(Scanner& scanner, std::string& out);

/// "…" with '\' before a character that is to be taken as it is.
bool read_quoted(Scanner& scanner, std::string& out);

/// Identifiers joined by '-', or anything in quotes.
bool read_field_name(Scanner& scanner, std::string& out);

/// Field names with commas between them.
bool read_field_names(Scanner& scanner, std::vector<std::string>& out);

/// "->key->>0", perhaps nothing.
bool read_json_path(Scanner& scanner, std::vector<JsonStep>& out);

/// A field name with its JSON path.
bool read_field(Scanner& scanner, Field& out);

/// The value of `select`.
bool read_select(Scanner& scanner, std::vector<SelectItem>& out);

/// The value of a filter.
bool read_condition(Scanner& scanner, Condition& out);

/// The value of `and` or `or`, with that word before it.
bool read_logic_tree(Scanner& scanner, LogicTree& out);

/// The value of `order`.
bool read_order(Scanner& scanner, std::vector<OrderTerm>& out);

}  // namespace pg_booking::rest
