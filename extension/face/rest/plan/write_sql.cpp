#include "face/rest/plan/condition_sql.hpp"
#include "face/rest/plan/write_plan.hpp"

// The statements of writes. Values come as one JSON document, which PostgreSQL itself takes apart.
namespace pg_booking::rest {
namespace {

constexpr std::string_view kBody = "pgrst_body";

bool is_json_object(std::string_view body) {
  size_t const first = body.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && body[first] == '{';
}

template <typename List, typename Append>
void append_list(SqlText& sql, const List& list, const Append& append) {
  bool first = true;
  for (const auto& member : list) {
    if (!first) sql += ", ";
    first = false;
    append(member);
  }
}

/// "LATERAL (…) pgrst_json_defs, ": the body with the defaults of columns below its own members.
void append_defaults(SqlText& sql, const std::vector<BodyColumn>& columns, bool is_object) {
  std::string defaults = "jsonb_build_object(";
  for (const BodyColumn& column : columns) {
    if (column.default_value.empty()) continue;
    if (defaults.back() != '(') defaults += ", ";
    defaults += quote_literal(column.name) + ", " + column.default_value;
  }
  defaults += ")";
  if (is_object)
    sql += "LATERAL (SELECT " + defaults + " || pgrst_payload.json_data AS val) pgrst_json_defs, ";
  else
    sql += "LATERAL (SELECT jsonb_agg(" + defaults +
           " || elem) AS val FROM jsonb_array_elements(pgrst_payload.json_data) elem) pgrst_json_defs, ";
}

void append_record(SqlText& sql, const std::vector<BodyColumn>& columns, bool with_defaults, bool is_object) {
  std::string const prefix = with_defaults ? "jsonb" : "json";
  std::string const source = with_defaults ? "(pgrst_json_defs.val)" : "(pgrst_payload.json_data)";
  if (columns.empty()) {
    sql += is_object ? "(VALUES (1)) _" : prefix + "_array_elements" + source + " _";
    return;
  }
  sql += prefix + (is_object ? "_to_record" : "_to_recordset") + source + " AS _(";
  append_list(sql, columns, [&](const BodyColumn& column) {
    sql += quote_name(column.name) + " " + (column.reader.empty() ? column.type : "json");
  });
  sql += ")";
}

std::vector<BodyColumn> body_columns(const WritePlan& plan) {
  std::vector<BodyColumn> columns;
  for (const Column* const column : plan.columns)
    columns.push_back({.name = column->name,
                       .type = column->type,
                       .reader = column->from_json,
                       .default_value = column->default_value});
  return columns;
}

void append_conditions(SqlText& sql, std::string_view rows, const WritePlan& plan, std::string_view before) {
  for (const PlannedLogic& logic : plan.where) {
    sql += before;
    before = " AND ";
    append_logic(sql, rows, logic, [](const PlannedLogic&) {});
  }
}

/// A condition that is always true and counts: up for each row proposed, down again for each updated.
std::string counting(bool up) {
  std::string const setting = quote_literal(kInsertedSetting);
  return "set_config(" + setting + ", (COALESCE(NULLIF(current_setting(" + setting +
         ", true), '')::integer, 0) " + (up ? "+" : "-") + " 1)::text, true) IS NOT NULL";
}

void append_conflict(SqlText& sql, const WritePlan& plan) {
  if (!plan.resolution || plan.conflict_columns.empty()) return;
  sql += " ON CONFLICT(";
  append_list(sql, plan.conflict_columns, [&](const std::string& name) { sql += quote_name(name); });
  sql += ") ";
  if (*plan.resolution == Preferences::Resolution::ignore_duplicates || plan.columns.empty()) {
    sql += "DO NOTHING";
    return;
  }
  sql += "DO UPDATE SET ";
  append_list(sql, plan.columns, [&](const Column* column) {
    sql += quote_name(column->name) + " = EXCLUDED." + quote_name(column->name);
  });
  sql += " WHERE " + counting(false);
}

void append_returning(SqlText& sql, const WritePlan& plan) {
  sql += " RETURNING ";
  if (plan.returning.empty()) {
    sql += "1";
    return;
  }
  std::string const rows = quote_name(plan.relation->name);
  append_list(sql, plan.returning,
              [&](const std::string& name) { sql += rows + "." + (name == "*" ? name : quote_name(name)); });
}

void append_insert(SqlText& sql, const WritePlan& plan) {
  sql += "INSERT INTO " + quote_name(plan.relation->name);
  if (!plan.columns.empty()) {
    sql += "(";
    append_list(sql, plan.columns, [&](const Column* column) { sql += quote_name(column->name); });
    sql += ")";
  }
  sql += " SELECT ";
  append_list(sql, plan.columns,
              [&](const Column* column) { sql += quote_name(kBody) + "." + quote_name(column->name); });
  sql += " ";
  append_body_rows(sql, plan.payload->text, body_columns(plan), plan.defaults_for_missing, false);
  if (plan.counts_inserted()) {
    sql += " WHERE " + counting(true);
    append_conditions(sql, kBody, plan, " AND ");
  }
  append_conflict(sql, plan);
  append_returning(sql, plan);
}

void append_update(SqlText& sql, const WritePlan& plan) {
  std::string const rows = quote_name(plan.relation->name);
  if (plan.columns.empty()) {
    // Nothing to set: no row, but the columns that the answer is made of.
    sql += "SELECT ";
    if (plan.returning.empty()) sql += "NULL";
    append_list(sql, plan.returning, [&](const std::string& name) {
      sql += quote_name(plan.relation->name.name) + "." + (name == "*" ? name : quote_name(name));
    });
    sql += " FROM " + rows + " WHERE false";
    return;
  }
  sql += "UPDATE " + rows + " SET ";
  append_list(sql, plan.columns, [&](const Column* column) {
    sql += quote_name(column->name) + " = " + quote_name(kBody) + "." + quote_name(column->name);
  });
  sql += " ";
  append_body_rows(sql, plan.payload->text, body_columns(plan), plan.defaults_for_missing, false);
  append_conditions(sql, rows, plan, " WHERE ");
  append_returning(sql, plan);
}

void append_delete(SqlText& sql, const WritePlan& plan) {
  std::string const rows = quote_name(plan.relation->name);
  sql += "DELETE FROM " + rows;
  append_conditions(sql, rows, plan, " WHERE ");
  append_returning(sql, plan);
}

}  // namespace

void append_body_rows(SqlText& sql, const std::string& body, const std::vector<BodyColumn>& columns,
                      bool with_defaults, bool one_row) {
  bool const is_object = is_json_object(body);
  sql += "FROM (SELECT ";
  sql.add_value(body);
  sql += with_defaults ? "::jsonb" : "::json";
  sql += " AS json_data) pgrst_payload, ";
  if (with_defaults) append_defaults(sql, columns, is_object);
  sql += "LATERAL (SELECT ";
  append_list(sql, columns, [&](const BodyColumn& column) {
    std::string const name = quote_name(column.name);
    sql += column.reader.empty() ? name : column.reader + "(" + name + ") AS " + name;
  });
  sql += " FROM ";
  append_record(sql, columns, with_defaults, is_object);
  if (one_row && !columns.empty()) sql += " LIMIT 1";
  sql += ") ";
  sql += kBody;
}

void append_write(SqlText& sql, const WritePlan& plan) {
  switch (plan.kind) {
    case WritePlan::Kind::insert:
    case WritePlan::Kind::put:
      append_insert(sql, plan);
      break;
    case WritePlan::Kind::update:
      append_update(sql, plan);
      break;
    case WritePlan::Kind::remove:
      append_delete(sql, plan);
      break;
  }
}

}  // namespace pg_booking::rest
