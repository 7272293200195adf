#include "face/rest/plan/write_plan.hpp"

#include <algorithm>

#include "face/rest/plan/refusal.hpp"

namespace pg_booking::rest {
namespace {

const Column* find_or_refuse(const Relation& relation, const std::string& name) {
  const Column* const column = relation.find_column(name);
  if (column != nullptr) return column;
  throw Refusal{{.code = "PGRST204",
                 .message = "Could not find the '" + name + "' column of '" + relation.name.name +
                            "' in the schema cache"}};
}

PlannedLogic plan_filter(const Relation& relation, const Filter& filter) {
  return {.field = {.field = filter.field, .column = relation.find_column(filter.field.name)},
          .condition = filter.condition};
}

PlannedLogic plan_logic(const Relation& relation, const LogicTree& tree) {
  if (tree.kind == LogicTree::Kind::filter) return plan_filter(relation, *tree.filter);
  PlannedLogic planned{.kind = tree.kind, .negated = tree.negated};
  for (const LogicTree& operand : tree.operands) planned.operands.push_back(plan_logic(relation, operand));
  return planned;
}

std::vector<PlannedLogic> plan_where(const Relation& relation, const Query& query) {
  std::vector<PlannedLogic> where;
  for (const At<Filter>& filter : query.filters)
    if (filter.path.empty()) where.push_back(plan_filter(relation, filter.value));
  for (const At<LogicTree>& logic : query.logic)
    if (logic.path.empty()) where.push_back(plan_logic(relation, logic.value));
  return where;
}

bool is_plain_eq(const PlannedLogic& logic) {
  return logic.kind == LogicTree::Kind::filter && logic.condition.op == Operator::eq &&
         !logic.condition.negated && logic.condition.quantifier == Quantifier::none;
}

/// PUT names one row: by the whole primary key, and nothing else.
void check_put_filters(const Relation& relation, const Query& query, const std::vector<PlannedLogic>& where) {
  bool const names_key = !relation.primary_key.empty() && query.filter_names == relation.primary_key;
  if (!names_key || !std::all_of(where.begin(), where.end(), is_plain_eq))
    throw Refusal{{.code = "PGRST105",
                   .message = "Filters must include all and only primary key columns with 'eq' operators"}};
}

}  // namespace

WritePlan plan_write(WritePlan::Kind kind, const Relation& relation, const Query& query,
                     const Payload& payload, const Preferences& preferences, const ReadNode& root) {
  WritePlan plan{.kind = kind, .relation = &relation, .payload = &payload};
  if (kind != WritePlan::Kind::insert) plan.where = plan_where(relation, query);
  if (kind == WritePlan::Kind::put) check_put_filters(relation, query, plan.where);
  if (kind != WritePlan::Kind::remove)
    for (const std::string& name : query.columns ? *query.columns : payload.keys)
      plan.columns.push_back(find_or_refuse(relation, name));
  if (kind == WritePlan::Kind::insert || kind == WritePlan::Kind::update)
    plan.defaults_for_missing = preferences.missing == Preferences::Missing::use_default;
  if (kind == WritePlan::Kind::put) {
    plan.resolution = Preferences::Resolution::merge_duplicates;
    plan.conflict_columns = relation.primary_key;
  } else if (kind == WritePlan::Kind::insert && preferences.resolution) {
    plan.resolution = preferences.resolution;
    plan.conflict_columns = query.on_conflict.value_or(relation.primary_key);
  }
  if (preferences.answer && *preferences.answer != Preferences::Return::minimal)
    plan.returning = needed_columns(root, relation.primary_key);
  return plan;
}

}  // namespace pg_booking::rest
