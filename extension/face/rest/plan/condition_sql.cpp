#include "face/rest/plan/condition_sql.hpp"

#include <algorithm>

namespace pg_booking::rest {
namespace {

std::string_view operator_text(Operator op) {
  switch (op) {
    case Operator::eq:
      return " = ";
    case Operator::gte:
      return " >= ";
    case Operator::gt:
      return " > ";
    case Operator::lte:
      return " <= ";
    case Operator::lt:
      return " < ";
    case Operator::like:
      return " LIKE ";
    case Operator::ilike:
      return " ILIKE ";
    case Operator::match:
      return " ~ ";
    case Operator::imatch:
      return " ~* ";
    case Operator::neq:
      return " <> ";
    case Operator::cs:
      return " @> ";
    case Operator::cd:
      return " <@ ";
    case Operator::ov:
      return " && ";
    case Operator::sl:
      return " << ";
    case Operator::sr:
      return " >> ";
    case Operator::nxr:
      return " &< ";
    case Operator::nxl:
      return " &> ";
    case Operator::adj:
      return " -|- ";
    case Operator::isdistinct:
      return " IS DISTINCT FROM ";
    case Operator::fts:
      return " @@ to_tsquery(";
    case Operator::plfts:
      return " @@ plainto_tsquery(";
    case Operator::phfts:
      return " @@ phraseto_tsquery(";
    case Operator::wfts:
      return " @@ websearch_to_tsquery(";
    case Operator::in:
      return " = ANY(";
    case Operator::is:
      return " IS ";
  }
  return {};
}

std::string_view is_text(IsValue value) {
  switch (value) {
    case IsValue::null:
      return "NULL";
    case IsValue::not_null:
      return "NOT NULL";
    case IsValue::is_true:
      return "TRUE";
    case IsValue::is_false:
      return "FALSE";
    case IsValue::unknown:
      return "UNKNOWN";
  }
  return {};
}

bool is_text_search(Operator op) {
  return op == Operator::fts || op == Operator::plfts || op == Operator::phfts || op == Operator::wfts;
}

/// "in.()" is read as one empty element and means none.
std::string list_text(const std::vector<std::string>& list) {
  return list.size() == 1 && list.front().empty() ? "{}" : array_text(list);
}

/// The function that reads the domain of a column from text; empty: PostgreSQL's own input does.
std::string_view reader_of(const PlannedField& field) {
  return field.column != nullptr && field.field.json_path.empty() ? std::string_view(field.column->from_text)
                                                                  : std::string_view();
}

void append_value(SqlText& sql, const PlannedField& field, const std::string& value) {
  std::string_view const reader = reader_of(field);
  if (reader.empty()) {
    sql.add_value(value);
    return;
  }
  sql += reader;
  sql += "(";
  sql.add_value(value);
  sql += ")";
}

void append_language(SqlText& sql, const std::optional<std::string>& language) {
  if (!language) return;
  sql.add_value(*language);
  sql += ", ";
}

void append_text_search(SqlText& sql, std::string_view rows, const PlannedField& field,
                        const Condition& condition) {
  // A computed field's type is not known: whoever filters it so has made it a tsvector.
  bool const is_vector =
      field.column == nullptr || (field.column->is_tsvector && field.field.json_path.empty());
  if (!is_vector) {
    sql += "to_tsvector(";
    append_language(sql, condition.language);
  }
  append_field(sql, rows, field);
  if (!is_vector) sql += ")";
  sql += operator_text(condition.op);
  append_language(sql, condition.language);
  sql.add_value(condition.value);
  sql += ")";
}

void append_in(SqlText& sql, const PlannedField& field, const Condition& condition) {
  std::string_view const reader = reader_of(field);
  sql += operator_text(Operator::in);
  if (reader.empty()) {
    sql.add_value(list_text(condition.list));
  } else {
    sql += "(SELECT ";
    sql += reader;
    sql += "(unnest(";
    sql.add_value(list_text(condition.list));
    sql += "::text[])))";
  }
  sql += ")";
}

void append_operator(SqlText& sql, const PlannedField& field, const Condition& condition) {
  sql += operator_text(condition.op);
  if (condition.quantifier == Quantifier::any) sql += "ANY(";
  if (condition.quantifier == Quantifier::all) sql += "ALL(";
  if (condition.op == Operator::like || condition.op == Operator::ilike) {
    std::string pattern = condition.value;
    std::replace(pattern.begin(), pattern.end(), '*', '%');
    sql.add_value(std::move(pattern));
  } else if (condition.op == Operator::isdistinct) {
    sql.add_value(condition.value);
  } else {
    append_value(sql, field, condition.value);
  }
  if (condition.quantifier != Quantifier::none) sql += ")";
}

}  // namespace

void append_field(SqlText& sql, std::string_view rows, const PlannedField& field) {
  if (field.whole_row) {
    sql += rows;
    return;
  }
  const std::vector<JsonStep>& path = field.field.json_path;
  bool const converts = !path.empty() && (field.column == nullptr || !field.column->is_json);
  if (converts) sql += "to_jsonb(";
  sql += rows;
  sql += ".";
  sql += field.field.name == "*" ? "*" : quote_name(field.field.name);
  if (converts) sql += ")";
  // Keys are part of the shape: an index on the same expression can be used, and it can be grouped by.
  for (const JsonStep& step : path) {
    sql += step.as_text ? "->>" : "->";
    sql += step.is_index ? quote_literal(step.key) + "::integer" : quote_literal(step.key);
  }
}

void append_condition(SqlText& sql, std::string_view rows, const PlannedField& field,
                      const Condition& condition) {
  if (condition.negated) sql += "NOT ";
  if (is_text_search(condition.op)) {
    append_text_search(sql, rows, field, condition);
    return;
  }
  append_field(sql, rows, field);
  if (condition.op == Operator::in) {
    append_in(sql, field, condition);
  } else if (condition.op == Operator::is) {
    sql += operator_text(condition.op);
    sql += is_text(condition.is_value);
  } else {
    append_operator(sql, field, condition);
  }
}

void append_order(SqlText& sql, std::string_view rows, const std::vector<PlannedOrder>& order) {
  bool first = true;
  for (const PlannedOrder& term : order) {
    sql += first ? " ORDER BY " : ", ";
    first = false;
    append_field(sql, term.relation.empty() ? rows : std::string_view(quote_name(term.relation)), term.field);
    if (term.direction == Direction::ascending) sql += " ASC";
    if (term.direction == Direction::descending) sql += " DESC";
    if (term.nulls == Nulls::first) sql += " NULLS FIRST";
    if (term.nulls == Nulls::last) sql += " NULLS LAST";
  }
}

}  // namespace pg_booking::rest
