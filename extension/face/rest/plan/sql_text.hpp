#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>
#include <string_view>
#include <vector>

#include "face/rest/plan/schema.hpp"

namespace pg_booking::rest {

/// A value of a statement. PostgreSQL infers its type from where it stands, as for a literal.
struct StatementValue {
  std::string text;
  bool is_binary = false;  // the bytes of a bytea rather than its text
};

/// A statement under construction. Two requests of the same shape have the same text and differ in values
/// only.
struct SqlText {
  std::string text;
  std::vector<StatementValue> values;

  SqlText& operator+=(std::string_view part) {
    text += part;
    return *this;
  }
  /// Appends a parameter.
  void add_value(std::string value, bool is_binary = false) {
    values.push_back({std::move(value), is_binary});
    text += '$';
    text += std::to_string(values.size());
  }
};

/// An identifier, always in quotes: no keyword, nothing of the client's gets out of them.
std::string quote_name(std::string_view name);
std::string quote_name(const QualifiedName& name);

/// A string literal, whatever standard_conforming_strings says.
std::string quote_literal(std::string_view text);

/// The text of an array of whatever type with these elements.
std::string array_text(const std::vector<std::string>& elements);

}  // namespace pg_booking::rest
