#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include "face/rest/plan/read_plan.hpp"
#include "face/rest/plan/sql_text.hpp"

namespace pg_booking::rest {

/// Appends a field of the rows that the statement calls `rows`.
void append_field(SqlText& sql, std::string_view rows, const PlannedField& field);

/// Appends one condition on a field, without the embedded rows' null tests.
void append_condition(SqlText& sql, std::string_view rows, const PlannedField& field,
                      const Condition& condition);

/// Appends a condition or a logical expression; `append_null_test` writes the tests on embedded rows.
template <typename NullTest>
void append_logic(SqlText& sql, std::string_view rows, const PlannedLogic& logic,
                  const NullTest& append_null_test) {
  if (logic.kind == LogicTree::Kind::filter) {
    if (logic.embed != PlannedLogic::kNoEmbed)
      append_null_test(logic);
    else
      append_condition(sql, rows, logic.field, logic.condition);
    return;
  }
  if (logic.negated) sql += "NOT ";
  sql += "(";
  bool first = true;
  for (const PlannedLogic& operand : logic.operands) {
    if (!first) sql += logic.kind == LogicTree::Kind::all_of ? " AND " : " OR ";
    first = false;
    append_logic(sql, rows, operand, append_null_test);
  }
  sql += ")";
}

/// Appends " ORDER BY …" for the terms, if there are any.
void append_order(SqlText& sql, std::string_view rows, const std::vector<PlannedOrder>& order);

}  // namespace pg_booking::rest
