#include "face/rest/plan/read_sql.hpp"

#include <algorithm>

#include "face/rest/plan/condition_sql.hpp"
#include "face/rest/plan/spread.hpp"

namespace pg_booking::rest {
namespace {

/// How the statement calls the rows of a level.
std::string rows_of(const ReadNode& node) {
  return node.from_alias.empty() ? quote_name(node.from) : quote_name(node.from_alias);
}

std::string parent_rows(const ReadNode& node) {
  return node.parent_name.empty() ? quote_name(node.parent_from) : quote_name(node.parent_name);
}

/// One row of the parent as a value: a table is called by its bare name there.
std::string parent_row(const ReadNode& node) {
  return quote_name(node.parent_name.empty() ? node.parent_from.name : node.parent_name);
}

void open_aggregate(SqlText& sql, const std::optional<Aggregate>& aggregate, const std::string& cast) {
  if (!aggregate) return;
  if (!cast.empty()) sql += "CAST(";
  sql += aggregate_name(*aggregate);
  sql += "(";
}

void close_aggregate(SqlText& sql, const std::optional<Aggregate>& aggregate, const std::string& cast) {
  if (!aggregate) return;
  sql += ")";
  // A cast is letters, digits, blanks and brackets as the grammar reads it; quoted, "int" would be no type.
  if (!cast.empty()) sql += " AS " + cast + ")";
}

void append_item(SqlText& sql, const std::string& rows, const PlannedItem& item) {
  open_aggregate(sql, item.aggregate, item.aggregate_cast);
  if (!item.cast.empty()) sql += "CAST(";
  if (item.as_represented) sql += item.field.column->to_json + "(";
  append_field(sql, rows, item.field);
  if (item.as_represented) sql += ")";
  if (!item.cast.empty()) sql += " AS " + item.cast + ")";
  close_aggregate(sql, item.aggregate, item.aggregate_cast);
  if (!item.alias.empty()) sql += " AS " + quote_name(item.alias);
}

class Separator {
 public:
  Separator(SqlText& sql, std::string_view first, std::string_view next)
      : sql_(sql), text_(first), next_(next) {}
  void next() {
    sql_ += text_;
    text_ = next_;
  }

 private:
  SqlText& sql_;
  std::string_view text_;
  std::string_view next_;
};

void append_lifted(SqlText& sql, const ReadNode& child, Separator& separator) {
  std::string const rows = quote_name(child.join_name);
  for (const SpreadField& field : child.lifted) {
    separator.next();
    open_aggregate(sql, field.aggregate, field.aggregate_cast);
    sql += rows + "." + (field.name == "*" ? "*" : quote_name(field.name));
    close_aggregate(sql, field.aggregate, field.aggregate_cast);
    if (!field.alias.empty()) sql += " AS " + quote_name(field.alias);
  }
}

void append_embedded(SqlText& sql, const ReadNode& child, Separator& separator) {
  if (is_empty_embed(child)) return;
  separator.next();
  std::string const rows = quote_name(child.join_name);
  if (child.relationship->is_to_one())
    sql += "row_to_json(" + rows + ".*)::jsonb AS ";
  else
    sql += "COALESCE(" + rows + "." + rows + ", '[]') AS ";
  sql += quote_name(child.name());
}

void append_select_list(SqlText& sql, const ReadNode& node) {
  std::string const rows = rows_of(node);
  Separator separator(sql, " ", ", ");
  if (node.items.empty() && node.children.empty()) {
    separator.next();
    sql += rows + ".*";
  }
  for (const PlannedItem& item : node.items) {
    separator.next();
    append_item(sql, rows, item);
  }
  for (size_t i = 0; i < node.order_items.size(); i++) {
    separator.next();
    const std::string& relation = node.order_item_relations[i];
    append_item(sql, relation.empty() ? rows : quote_name(relation), node.order_items[i]);
  }
  for (const ReadNode& child : node.children) {
    if (child.spread == ReadNode::Spread::none)
      append_embedded(sql, child, separator);
    else
      append_lifted(sql, child, separator);
  }
}

void append_from(SqlText& sql, const ReadNode& node) {
  sql += " FROM ";
  const Relationship* const relationship = node.relationship ? &*node.relationship : nullptr;
  if (relationship != nullptr && relationship->cardinality == Cardinality::computed)
    sql += quote_name(relationship->function) + "(" + parent_row(node) +
           "::" + quote_name(relationship->own) + ")";
  else
    sql += quote_name(node.from);
  if (!node.from_alias.empty()) sql += " AS " + quote_name(node.from_alias);
  if (relationship != nullptr && relationship->cardinality == Cardinality::many_to_many)
    sql += ", " + quote_name(relationship->junction);
}

/// The arrays of a to-many spread, one for each field.
void append_arrays(SqlText& sql, const ReadNode& child) {
  std::string const rows = quote_name(child.join_name);
  for (const SpreadField& field : child.lifted) {
    sql += ", COALESCE(json_agg(" + rows + "." + quote_name(field.name);
    append_order(sql, rows, child.order);
    sql += "), '[]')::jsonb AS " + quote_name(field.name);
  }
}

void append_join(SqlText& sql, const ReadNode& child) {
  std::string const rows = quote_name(child.join_name);
  bool const inner = child.join == JoinType::inner;
  bool const to_one = child.relationship->is_to_one();
  sql += inner ? " INNER JOIN LATERAL (" : " LEFT JOIN LATERAL (";
  if (!to_one) {
    sql += "SELECT json_agg(" + rows + ")::jsonb AS " + rows;
    if (child.spread == ReadNode::Spread::to_many) append_arrays(sql, child);
    sql += " FROM (";
  }
  append_read(sql, child);
  if (!to_one) sql += ") AS " + rows;
  sql += ") AS " + rows + " ON ";
  sql += inner && !to_one ? rows + " IS NOT NULL" : "TRUE";
}

void append_join_conditions(SqlText& sql, const ReadNode& node, Separator& separator) {
  if (!node.relationship) return;
  const Relationship& relationship = *node.relationship;
  std::string const rows = rows_of(node);
  std::string const parent = parent_rows(node);
  if (relationship.cardinality == Cardinality::computed) return;
  bool const through_junction = relationship.cardinality == Cardinality::many_to_many;
  std::string const near = through_junction ? quote_name(relationship.junction) : rows;
  for (const ColumnPair& pair : relationship.columns) {
    separator.next();
    sql += near + "." + quote_name(pair.foreign) + " = " + parent + "." + quote_name(pair.own);
  }
  if (!through_junction) return;
  for (const ColumnPair& pair : relationship.junction_columns) {
    separator.next();
    sql += rows + "." + quote_name(pair.own) + " = " + near + "." + quote_name(pair.foreign);
  }
}

void append_where(SqlText& sql, const ReadNode& node) {
  Separator separator(sql, " WHERE ", " AND ");
  std::string const rows = rows_of(node);
  for (const PlannedLogic& logic : node.where) {
    separator.next();
    append_logic(sql, rows, logic, [&](const PlannedLogic& test) {
      sql += quote_name(node.children[test.embed].join_name);
      sql += test.condition.negated ? " IS DISTINCT FROM NULL" : " IS NOT DISTINCT FROM NULL";
    });
  }
  append_join_conditions(sql, node, separator);
}

void append_group(SqlText& sql, const ReadNode& node) {
  const auto is_aggregated = [](const auto& field) { return field.aggregate.has_value(); };
  bool const aggregates = std::any_of(node.items.begin(), node.items.end(), is_aggregated) ||
                          std::any_of(node.children.begin(), node.children.end(), [&](const ReadNode& child) {
                            return child.spread != ReadNode::Spread::none &&
                                   std::any_of(child.lifted.begin(), child.lifted.end(), is_aggregated);
                          });
  if (!aggregates) return;
  std::string const rows = rows_of(node);
  Separator separator(sql, " GROUP BY ", ", ");
  for (const PlannedItem& item : node.items) {
    if (item.aggregate) continue;
    separator.next();
    if (item.alias.empty())
      append_field(sql, rows, item.field);
    else
      sql += quote_name(item.alias);
  }
  for (const ReadNode& child : node.children) {
    if (child.spread == ReadNode::Spread::none) {
      separator.next();
      sql += quote_name(child.name());
      continue;
    }
    for (const SpreadField& field : child.lifted) {
      if (field.aggregate) continue;
      separator.next();
      sql += quote_name(child.join_name) + "." + quote_name(field.name);
    }
  }
}

void append_range(SqlText& sql, const RowRange& range) {
  if (range.limit) {
    sql += " LIMIT ";
    sql.add_value(std::to_string(*range.limit));
  }
  if (range.offset != 0) {
    sql += " OFFSET ";
    sql.add_value(std::to_string(range.offset));
  }
}

}  // namespace

void append_read(SqlText& sql, const ReadNode& node) {
  sql += "SELECT";
  append_select_list(sql, node);
  append_from(sql, node);
  for (const ReadNode& child : node.children) append_join(sql, child);
  append_where(sql, node);
  append_group(sql, node);
  // A to-many spread orders its arrays instead.
  if (node.spread != ReadNode::Spread::to_many) append_order(sql, rows_of(node), node.order);
  append_range(sql, node.range);
}

void append_unranged(SqlText& sql, const ReadNode& node) {
  sql += "SELECT 1";
  append_from(sql, node);
  Separator separator(sql, " WHERE ", " AND ");
  std::string const rows = rows_of(node);
  for (const PlannedLogic& logic : node.where) {
    separator.next();
    append_logic(sql, rows, logic, [&](const PlannedLogic& test) {
      sql += test.condition.negated ? "EXISTS (" : "NOT EXISTS (";
      append_unranged(sql, node.children[test.embed]);
      sql += ")";
    });
  }
  append_join_conditions(sql, node, separator);
  for (const ReadNode& child : node.children) {
    if (child.join != JoinType::inner) continue;
    separator.next();
    sql += "EXISTS (";
    append_unranged(sql, child);
    sql += ")";
  }
}

}  // namespace pg_booking::rest
