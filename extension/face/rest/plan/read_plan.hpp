#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "face/rest/grammar/query.hpp"
#include "face/rest/plan/schema.hpp"

namespace pg_booking::rest {

/// A field with what the catalogs know of it.
struct PlannedField {
  Field field = {};
  const Column* column = nullptr;  // null: unknown to the catalogs, e.g. a computed field
  bool whole_row = false;          // the row itself instead of its field, for count() of a spread's rows
};

struct PlannedItem {
  PlannedField field = {};
  bool as_represented = false;  // by the cast of the column's domain to json
  std::string cast = {};
  std::optional<Aggregate> aggregate = {};
  std::string aggregate_cast = {};
  std::string alias = {};  // empty: PostgreSQL names it
};

/// A condition, or a logical expression over conditions.
struct PlannedLogic {
  LogicTree::Kind kind = LogicTree::Kind::filter;
  bool negated = false;
  std::vector<PlannedLogic> operands = {};
  // Of a filter.
  PlannedField field = {};
  Condition condition = {};
  size_t embed = kNoEmbed;  // the child whose being (or, negated, not being) null is the condition

  static constexpr size_t kNoEmbed = static_cast<size_t>(-1);
};

struct PlannedOrder {
  std::string relation = {};  // the name of a to-one child in the statement; empty: the node itself
  PlannedField field = {};
  Direction direction = Direction::unspecified;
  Nulls nulls = Nulls::unspecified;
};

/// A field that a spread lifts to its parent.
struct SpreadField {
  std::string name;
  std::optional<Aggregate> aggregate = {};
  std::string aggregate_cast = {};
  std::string alias = {};
};

/// One level of a read: a relation, and those embedded in its rows.
struct ReadNode {
  enum class Spread { none, to_one, to_many };

  const Relation* relation = nullptr;  // null: rows of a function that are of no relation
  QualifiedName from = {};
  std::string from_alias = {};  // empty: none
  std::vector<PlannedItem> items = {};
  std::vector<PlannedLogic> where = {};  // all must hold
  std::vector<PlannedOrder> order = {};
  RowRange range = {};
  std::vector<ReadNode> children = {};

  // How a child is named and joined.
  std::string target = {};  // as the request calls the relation
  std::string alias = {};
  std::string hint = {};
  JoinType join = JoinType::unspecified;
  Spread spread = Spread::none;
  std::optional<Relationship> relationship = {};
  std::string parent_name = {};               // the parent's rows in the statement, for its join
  QualifiedName parent_from = {};             // the same where the parent has no alias
  std::string join_name = {};                 // this child's rows in the parent's statement
  std::vector<SpreadField> lifted = {};       // of a spread
  std::vector<PlannedItem> order_items = {};  // of a to-many spread: what its arrays are ordered by
  std::vector<std::string> order_item_relations = {};
  bool by_legacy_name = false;  // a parameter called it by the relation's name though it has an alias

  std::string_view name() const { return alias.empty() ? target : alias; }
};

/// What limits and allows a read; from the settings.
struct ReadOptions {
  std::optional<int64_t> max_rows = {};  // at every level
  bool aggregates_enabled = false;
  bool legacy_target_names = true;
};

/// Where the root's rows come from.
enum class RootSource {
  relation,   // the relation itself
  statement,  // what a mutation returned
  call,       // what a function returned
};

/// The plan of a query on a relation, or on rows that a mutation or a function returns as `source_name`.
/// `relation` may be null for a function's rows. Throws Refusal.
ReadNode plan_read(Catalog& catalog, const QualifiedName& name, const Relation* relation, const Query& query,
                   const RowRange& root_range, RootSource source, const ReadOptions& options);

/// Whether the plan selects all columns and nothing else: what handlers of one relation's rows take.
bool selects_all(const ReadNode& root);

/// The relations that parameters called by their own names instead of their aliases.
std::vector<std::pair<std::string, std::string>> legacy_names(const ReadNode& root);

/// The name of the common table expression with the rows of a mutation or a function.
inline constexpr const char* kSourceName = "pgrst_source";

/// The columns of the root that the rest of the plan needs, sorted; "*" alone: all.
std::vector<std::string> needed_columns(const ReadNode& root, const std::vector<std::string>& primary_key);

/// The names of the root's fields that its conditions are about.
std::vector<std::string> filter_fields(const ReadNode& root);

}  // namespace pg_booking::rest
