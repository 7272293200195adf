#include "face/rest/grammar/readers.hpp"

#include <array>
#include <string_view>

#include "text/ascii.hpp"

namespace pg_booking::rest {

namespace {

struct OperatorName {
  std::string_view text;
  Operator op;
};

// A name stands before any other that it begins with.
constexpr std::array kSearchOperators = {
    OperatorName{"fts", Operator::fts}, OperatorName{"plfts", Operator::plfts},
    OperatorName{"phfts", Operator::phfts}, OperatorName{"wfts", Operator::wfts}};
constexpr std::array kSimpleOperators = {
    OperatorName{"neq", Operator::neq}, OperatorName{"cs", Operator::cs},
    OperatorName{"cd", Operator::cd},   OperatorName{"ov", Operator::ov},
    OperatorName{"sl", Operator::sl},   OperatorName{"sr", Operator::sr},
    OperatorName{"nxr", Operator::nxr}, OperatorName{"nxl", Operator::nxl},
    OperatorName{"adj", Operator::adj}};
constexpr std::array kQuantifiedOperators = {
    OperatorName{"eq", Operator::eq},        OperatorName{"gte", Operator::gte},
    OperatorName{"gt", Operator::gt},        OperatorName{"lte", Operator::lte},
    OperatorName{"lt", Operator::lt},        OperatorName{"like", Operator::like},
    OperatorName{"ilike", Operator::ilike},  OperatorName{"match", Operator::match},
    OperatorName{"imatch", Operator::imatch}};

template <size_t kCount>
bool read_operator_name(Scanner& scanner, const std::array<OperatorName, kCount>& names, Operator& out) {
  for (const OperatorName& name : names) {
    if (!scanner.read(name.text)) continue;
    out = name.op;
    return true;
  }
  return false;
}

bool is_list_character(char c) {
  return c != ',' && c != ')';
}

// "…" up to the end of a list's element.
bool read_quoted_element(Scanner& scanner, std::string& out) {
  out.clear();
  return read_quoted(scanner, out) && scanner.not_followed_by(is_list_character);
}

bool read_list_element(Scanner& scanner, std::string& out) {
  if (scanner.attempt([&] { return read_quoted_element(scanner, out); })) return true;
  out.clear();
  scanner.read_all(is_list_character, out);
  return true;
}

bool read_list(Scanner& scanner, std::vector<std::string>& out) {
  const bool has_read = read_lexeme(scanner, "(") &&
                        read_separated(
                            scanner, [&] { return read_list_element(scanner, out.emplace_back()); },
                            [&] { return scanner.read(","); }) &&
                        read_lexeme(scanner, ")");
  if (out.size() == 1 && out.front().empty()) out.clear();
  return has_read;
}

// A filter's value is all there is.
struct WholeValue {
  bool operator()(Scanner& scanner, std::string& out) const {
    scanner.read_all([](char) { return true; }, out);
    return true;
  }
};

// Within a logic tree a value ends at ',' or ')' unless it is quoted or an array literal.
struct LogicValue {
  bool operator()(Scanner& scanner, std::string& out) const {
    if (scanner.attempt([&] { return read_quoted_element(scanner, out); })) return true;
    if (scanner.attempt([&] { return read_array_literal(scanner, out); })) return true;
    out.clear();
    scanner.read_all(is_list_character, out);
    return true;
  }

  static bool read_array_literal(Scanner& scanner, std::string& out) {
    out = "{";
    if (!scanner.read("{")) return false;
    scanner.read_all([](char c) { return c != '{' && c != '}'; }, out);
    out += '}';
    return scanner.read("}");
  }
};

bool read_word_ignoring_case(Scanner& scanner, std::string_view lower_word) {
  std::string ignored;
  for (const char lower : lower_word) {
    if (!scanner.read_if([&](char c) { return to_ascii_lower(c) == lower; }, ignored)) return false;
  }
  return true;
}

bool read_is_value(Scanner& scanner, IsValue& out) {
  struct Name {
    std::string_view text;
    IsValue value;
  };
  static constexpr std::array kNames = {Name{"null", IsValue::null}, Name{"not_null", IsValue::not_null},
                                        Name{"true", IsValue::is_true}, Name{"false", IsValue::is_false},
                                        Name{"unknown", IsValue::unknown}};
  return scanner.named("isVal: (null, not_null, true, false, unknown)", [&] {
    for (const Name& name : kNames) {
      if (!scanner.attempt([&] { return read_word_ignoring_case(scanner, name.text); })) continue;
      out = name.value;
      return true;
    }
    return false;
  });
}

// Reads an operator up to its '.'.
bool read_plain_operator(Scanner& scanner, std::string_view name) {
  return scanner.attempt([&] { return scanner.read(name) && read_delimiter(scanner); });
}

void read_language(Scanner& scanner, std::optional<std::string>& out) {
  std::string language;
  const bool has_language = scanner.attempt(
      [&] { return scanner.read("(") && read_identifier(scanner, language) && scanner.read(")"); });
  if (has_language) out = std::move(language);
}

void read_quantifier(Scanner& scanner, Quantifier& out) {
  Quantifier quantifier = Quantifier::none;
  const bool has_quantifier = scanner.attempt([&] {
    if (!scanner.read("(")) return false;
    quantifier = scanner.read("any") ? Quantifier::any : Quantifier::all;
    return (quantifier == Quantifier::any || scanner.read("all")) && scanner.read(")");
  });
  if (has_quantifier) out = quantifier;
}

template <typename ReadValue>
bool read_search(Scanner& scanner, ReadValue read_value, Condition& out) {
  if (!read_operator_name(scanner, kSearchOperators, out.op)) return false;
  read_language(scanner, out.language);
  return read_delimiter(scanner) && read_value(scanner, out.value);
}

template <typename ReadValue>
bool read_simple(Scanner& scanner, ReadValue read_value, Condition& out) {
  return read_operator_name(scanner, kSimpleOperators, out.op) && read_delimiter(scanner) &&
         read_value(scanner, out.value);
}

template <typename ReadValue>
bool read_quantified(Scanner& scanner, ReadValue read_value, Condition& out) {
  if (!read_operator_name(scanner, kQuantifiedOperators, out.op)) return false;
  read_quantifier(scanner, out.quantifier);
  return read_delimiter(scanner) && read_value(scanner, out.value);
}

template <typename ReadValue>
bool read_operation(Scanner& scanner, ReadValue read_value, Condition& out) {
  return scanner.named("operator (eq, gt, ...)", [&] {
    if (read_plain_operator(scanner, "in")) {
      out.op = Operator::in;
      return read_list(scanner, out.list);
    }
    if (read_plain_operator(scanner, "is")) {
      out.op = Operator::is;
      return read_is_value(scanner, out.is_value);
    }
    if (read_plain_operator(scanner, "isdistinct")) {
      out.op = Operator::isdistinct;
      return read_value(scanner, out.value);
    }
    return scanner.attempt([&] { return read_search(scanner, read_value, out); }) ||
           scanner.attempt([&] { return read_simple(scanner, read_value, out); }) ||
           scanner.attempt([&] { return read_quantified(scanner, read_value, out); });
  });
}

template <typename ReadValue>
bool read_condition_with(Scanner& scanner, ReadValue read_value, Condition& out) {
  out.negated = scanner.attempt([&] { return scanner.read("not") && read_delimiter(scanner); });
  return read_operation(scanner, read_value, out);
}

bool read_logic_filter(Scanner& scanner, Filter& out) {
  return read_field(scanner, out.field) && read_delimiter(scanner) &&
         read_condition_with(scanner, LogicValue(), out.condition);
}

bool read_logic_operator(Scanner& scanner, LogicTree::Kind& out) {
  return scanner.named("logic operator (and, or)", [&] {
    out = scanner.read("and") ? LogicTree::Kind::all_of : LogicTree::Kind::any_of;
    return out == LogicTree::Kind::all_of || scanner.read("or");
  });
}

}  // namespace

bool read_condition(Scanner& scanner, Condition& out) {
  return read_condition_with(scanner, WholeValue(), out);
}

bool read_logic_tree(Scanner& scanner, LogicTree& out) {
  Filter filter;
  if (scanner.attempt([&] { return read_logic_filter(scanner, filter); })) {
    out.filter = std::move(filter);
    return true;
  }
  scanner.named("negation operator (not)", [&] {
    out.negated = scanner.attempt([&] { return scanner.read("not") && read_delimiter(scanner); });
    return true;
  });
  if (!read_logic_operator(scanner, out.kind) || !read_lexeme(scanner, "(") || !scanner.enter()) return false;
  const bool has_operands = read_separated(
      scanner, [&] { return read_logic_tree(scanner, out.operands.emplace_back()); },
      [&] { return read_lexeme(scanner, ","); });
  if (!has_operands || !read_lexeme(scanner, ")")) return false;
  scanner.leave();
  return true;
}

}  // namespace pg_booking::rest
