#include "face/rest/plan/read_plan.hpp"

#include <algorithm>
#include <set>

#include "face/rest/plan/refusal.hpp"
#include "face/rest/plan/relationship_errors.hpp"
#include "face/rest/plan/spread.hpp"

namespace pg_booking::rest {
namespace {

/// A level of the select tree with the parameters that apply to it, before anything is looked up.
struct Draft {
  const SelectItem* item = nullptr;  // null: the root
  std::vector<const SelectItem*> fields = {};
  std::vector<const Filter*> filters = {};
  std::vector<const LogicTree*> logic = {};
  std::vector<const OrderTerm*> order = {};
  RowRange range = {};
  std::vector<Draft> children = {};
  bool by_legacy_name = false;
};

Draft make_draft(const SelectItem* item, const std::vector<SelectItem>& items) {
  Draft draft{.item = item};
  for (const SelectItem& member : items) {
    if (member.kind == SelectItem::Kind::field)
      draft.fields.push_back(&member);
    else
      draft.children.push_back(make_draft(&member, member.items));
  }
  return draft;
}

std::string quoted(std::string_view name) {
  return "'" + std::string(name) + "'";
}

[[noreturn]] void refuse_not_embedded(const std::string& name) {
  throw Refusal{{.code = "PGRST108",
                 .message = quoted(name) + " is not an embedded resource in this request",
                 .hint = "Verify that " + quoted(name) + " is included in the 'select' query parameter."}};
}

[[noreturn]] void refuse_legacy_name(const std::string& name, const std::string& alias) {
  throw Refusal{
      {.code = "PGRST108",
       .message = quoted(name) + " is not an embedded resource in this request",
       .details = "Target names are not allowed in filters if they have an alias",
       .hint = "Change " + quoted(name) + " to " + quoted(alias) + " in filters, orders or limits."}};
}

/// The level that a parameter is about.
Draft& at(Draft& root, const EmbedPath& path, bool legacy_target_names) {
  Draft* draft = &root;
  for (const std::string& name : path) {
    const auto has_name = [&](const Draft& child) {
      return (child.item->alias.empty() ? child.item->relation : child.item->alias) == name;
    };
    const auto has_legacy_name = [&](const Draft& child) {
      return child.item->relation == name || child.item->alias == name;
    };
    auto const found = legacy_target_names
                           ? std::find_if(draft->children.begin(), draft->children.end(), has_legacy_name)
                           : std::find_if(draft->children.begin(), draft->children.end(), has_name);
    if (found == draft->children.end()) {
      auto const legacy = std::find_if(draft->children.begin(), draft->children.end(), has_legacy_name);
      if (legacy == draft->children.end()) refuse_not_embedded(name);
      refuse_legacy_name(name, legacy->item->alias);
    }
    draft = &*found;
    if (!draft->item->alias.empty() && draft->item->relation == name && draft->item->alias != name)
      draft->by_legacy_name = true;
  }
  return *draft;
}

Draft make_draft(const Query& query, const RowRange& root_range, RootSource source,
                 const ReadOptions& options) {
  Draft root = make_draft(nullptr, query.select);
  bool const legacy = options.legacy_target_names;
  bool const conditions_on_root = source != RootSource::statement;
  for (const At<Filter>& filter : query.filters)
    if (conditions_on_root || !filter.path.empty())
      at(root, filter.path, legacy).filters.push_back(&filter.value);
  for (const At<std::vector<OrderTerm>>& order : query.order)
    for (const OrderTerm& term : order.value) at(root, order.path, legacy).order.push_back(&term);
  if (source != RootSource::statement)
    for (const At<RowRange>& range : query.ranges) at(root, range.path, legacy).range = range.value;
  for (const At<LogicTree>& logic : query.logic)
    if (conditions_on_root || !logic.path.empty()) at(root, logic.path, legacy).logic.push_back(&logic.value);
  root.range = root_range;
  return root;
}

class Planner {
 public:
  Planner(Catalog& catalog, std::string schema, const ReadOptions& options)
      : catalog_(catalog), schema_(std::move(schema)), options_(options) {}

  /// Follows the relationships, level by level.
  void add_children(const Draft& draft, ReadNode& node, int depth) {
    for (const Draft& child_draft : draft.children) {
      ReadNode child = make_child(child_draft, node, depth + 1);
      add_children(child_draft, child, depth + 1);
      node.children.push_back(std::move(child));
    }
  }

  /// Looks up the fields, once all children are known.
  void add_fields(const Draft& draft, ReadNode& node, bool below_aggregate) const {
    add_items(draft, node, below_aggregate);
    for (const Filter* const filter : draft.filters) node.where.push_back(plan_filter(node, *filter));
    for (const LogicTree* const tree : draft.logic) node.where.push_back(plan_logic(node, *tree));
    for (const OrderTerm* const term : draft.order) node.order.push_back(plan_order(node, *term));
    bool const has_aggregate =
        below_aggregate || node.spread == ReadNode::Spread::to_many ||
        std::any_of(draft.fields.begin(), draft.fields.end(),
                    [](const SelectItem* item) { return item->aggregate.has_value(); });
    for (size_t i = 0; i < draft.children.size(); i++)
      add_fields(draft.children[i], node.children[i], has_aggregate);
  }

 private:
  Catalog& catalog_;
  std::string schema_;
  const ReadOptions& options_;

  ReadNode make_child(const Draft& draft, const ReadNode& parent, int depth) {
    const SelectItem& item = *draft.item;
    ReadNode child{.target = item.relation,
                   .alias = item.alias,
                   .hint = item.hint,
                   .join = item.join,
                   .by_legacy_name = draft.by_legacy_name};
    child.relationship = find_relationship(parent, item);
    const Relationship& relationship = *child.relationship;
    child.relation = catalog_.find_relation(relationship.foreign.schema, relationship.foreign.name);
    child.from = relationship.foreign;
    std::string const suffix = "_" + std::to_string(depth);
    if (relationship.cardinality != Cardinality::many_to_many)
      child.from_alias = relationship.foreign.name + suffix;
    child.join_name = relationship.own.name + "_" + std::string(child.name()) + suffix;
    child.parent_name = parent.from_alias;
    child.parent_from = parent.from;
    if (item.kind == SelectItem::Kind::spread)
      child.spread = relationship.is_to_one() ? ReadNode::Spread::to_one : ReadNode::Spread::to_many;
    return child;
  }

  const Relationship& find_relationship(const ReadNode& parent, const SelectItem& item) {
    static const std::vector<Relationship> kNone;
    const std::vector<Relationship>& found =
        parent.relation == nullptr
            ? kNone
            : catalog_.find_relationships(*parent.relation, schema_, item.relation, item.hint);
    std::string const origin = parent.relation == nullptr ? parent.from_alias : parent.relation->name.name;
    if (found.empty()) refuse_no_relationship(catalog_, schema_, origin, item.relation, item.hint);
    if (found.size() > 1) refuse_ambiguous_relationship(origin, item.relation, found);
    return found.front();
  }

  static PlannedField plan_field(const ReadNode& node, const Field& field) {
    return {.field = field,
            .column = node.relation == nullptr ? nullptr : node.relation->find_column(field.name)};
  }

  static std::string name_of_json(const Field& field) {
    for (auto step = field.json_path.rbegin(); step != field.json_path.rend(); ++step)
      if (!step->is_index) return step->key;
    return field.name;
  }

  static std::string alias_of(const PlannedItem& item, bool is_spread) {
    if (item.aggregate) return is_spread ? aggregate_name(*item.aggregate) : "";
    if (!item.field.field.json_path.empty()) return name_of_json(item.field.field);
    return item.as_represented ? item.field.field.name : "";
  }

  /// Whether the request calls the relation by its own name, as it must for casts of single columns to apply.
  static bool is_called_by_name(const ReadNode& node) {
    return node.relation != nullptr && node.target == node.relation->name.name;
  }

  static PlannedItem plan_item(const ReadNode& node, const SelectItem& item, bool represents) {
    PlannedItem planned{.field = plan_field(node, item.field),
                        .cast = item.cast,
                        .aggregate = item.aggregate,
                        .aggregate_cast = item.aggregate_cast,
                        .alias = item.alias};
    planned.as_represented = represents && planned.field.column != nullptr &&
                             !planned.field.column->to_json.empty() && item.field.json_path.empty();
    if (planned.alias.empty()) planned.alias = alias_of(planned, node.spread != ReadNode::Spread::none);
    return planned;
  }

  /// "*" stands for itself unless its columns matter one by one: they are grouped by, lifted into arrays, or
  /// represented by a cast.
  void add_items(const Draft& draft, ReadNode& node, bool below_aggregate) const {
    bool const has_aggregate =
        below_aggregate || std::any_of(draft.fields.begin(), draft.fields.end(),
                                       [](const SelectItem* item) { return item->aggregate.has_value(); });
    bool const expands = node.relation != nullptr &&
                         (has_aggregate || node.spread == ReadNode::Spread::to_many ||
                          std::any_of(node.relation->columns.begin(), node.relation->columns.end(),
                                      [](const Column& column) { return !column.to_json.empty(); }));
    for (const SelectItem* const item : draft.fields) {
      bool const is_star = item->field.name == "*" && item->field.json_path.empty();
      if (is_star && expands && !item->aggregate) {
        for (const Column& column : node.relation->columns) {
          SelectItem one = *item;
          one.field.name = column.name;
          node.items.push_back(plan_item(node, one, true));
        }
        continue;
      }
      node.items.push_back(plan_item(node, *item, is_called_by_name(node)));
      node.items.back().field.whole_row =
          is_star && item->aggregate == Aggregate::count && node.spread != ReadNode::Spread::none;
    }
  }

  static size_t find_child(const ReadNode& node, std::string_view name) {
    for (size_t i = 0; i < node.children.size(); i++)
      if (node.children[i].name() == name) return i;
    return PlannedLogic::kNoEmbed;
  }

  static PlannedLogic plan_filter(const ReadNode& node, const Filter& filter) {
    PlannedLogic planned{.field = plan_field(node, filter.field), .condition = filter.condition};
    bool const is_null_test =
        filter.condition.op == Operator::is && filter.condition.is_value == IsValue::null;
    if (is_null_test && filter.field.json_path.empty()) planned.embed = find_child(node, filter.field.name);
    return planned;
  }

  static PlannedLogic plan_logic(const ReadNode& node, const LogicTree& tree) {
    if (tree.kind == LogicTree::Kind::filter) return plan_filter(node, *tree.filter);
    PlannedLogic planned{.kind = tree.kind, .negated = tree.negated};
    for (const LogicTree& operand : tree.operands) planned.operands.push_back(plan_logic(node, operand));
    return planned;
  }

  static PlannedOrder plan_order(const ReadNode& node, const OrderTerm& term) {
    PlannedOrder planned{.direction = term.direction, .nulls = term.nulls};
    if (term.relation.empty()) {
      planned.field = plan_field(node, term.field);
      return planned;
    }
    size_t const index = find_child(node, term.relation);
    if (index == PlannedLogic::kNoEmbed) refuse_not_embedded(term.relation);
    const ReadNode& child = node.children[index];
    if (!child.relationship->is_to_one()) {
      std::string const name(child.name());
      throw Refusal{{.code = "PGRST118",
                     .message = "A related order on " + quoted(name) + " is not possible",
                     .details = quoted(node.from.name) + " and " + quoted(name) +
                                " do not form a many-to-one or one-to-one relationship"}};
    }
    planned.relation = child.join_name;
    planned.field.field = term.field;
    return planned;
  }
};

bool uses_aggregates(const ReadNode& node) {
  return std::any_of(node.items.begin(), node.items.end(),
                     [](const PlannedItem& item) { return item.aggregate.has_value(); }) ||
         std::any_of(node.children.begin(), node.children.end(), uses_aggregates);
}

void add_ranges(const Draft& draft, ReadNode& node, const std::optional<int64_t>& max_rows) {
  node.range = draft.range;
  if (max_rows && (!node.range.limit || *node.range.limit > *max_rows)) node.range.limit = max_rows;
  for (size_t i = 0; i < draft.children.size(); i++)
    add_ranges(draft.children[i], node.children[i], max_rows);
}

void collect_filter_fields(const PlannedLogic& logic, std::set<std::string>& names) {
  if (logic.kind == LogicTree::Kind::filter && logic.embed == PlannedLogic::kNoEmbed)
    names.insert(logic.field.field.name);
  for (const PlannedLogic& operand : logic.operands) collect_filter_fields(operand, names);
}

void collect_legacy_names(const ReadNode& node, std::vector<std::pair<std::string, std::string>>& names) {
  if (node.by_legacy_name) names.emplace_back(node.target, node.alias);
  for (const ReadNode& child : node.children) collect_legacy_names(child, names);
}

}  // namespace

std::string aggregate_name(Aggregate aggregate) {
  switch (aggregate) {
    case Aggregate::sum:
      return "sum";
    case Aggregate::avg:
      return "avg";
    case Aggregate::count:
      return "count";
    case Aggregate::max:
      return "max";
    case Aggregate::min:
      return "min";
  }
  return {};
}

ReadNode plan_read(Catalog& catalog, const QualifiedName& name, const Relation* relation, const Query& query,
                   const RowRange& root_range, RootSource source, const ReadOptions& options) {
  Draft const draft = make_draft(query, root_range, source, options);
  ReadNode root{.relation = relation, .from = name, .target = name.name};
  if (source != RootSource::relation) {
    root.from = {"", kSourceName};
    root.from_alias = name.name;
  }
  Planner planner(catalog, name.schema, options);
  planner.add_children(draft, root, 0);
  planner.add_fields(draft, root, false);
  if (!options.aggregates_enabled && uses_aggregates(root))
    throw Refusal{{.code = "PGRST123", .message = "Use of aggregate functions is not allowed"}};
  plan_spreads(root);
  add_ranges(draft, root, source == RootSource::statement ? std::nullopt : options.max_rows);
  return root;
}

bool selects_all(const ReadNode& root) {
  return root.children.empty() && root.items.size() == 1 && root.items.front().field.field.name == "*" &&
         !root.items.front().aggregate;
}

std::vector<std::pair<std::string, std::string>> legacy_names(const ReadNode& root) {
  std::vector<std::pair<std::string, std::string>> names;
  collect_legacy_names(root, names);
  return names;
}

std::vector<std::string> filter_fields(const ReadNode& root) {
  std::set<std::string> names;
  for (const PlannedLogic& logic : root.where) collect_filter_fields(logic, names);
  return {names.begin(), names.end()};
}

std::vector<std::string> needed_columns(const ReadNode& root, const std::vector<std::string>& primary_key) {
  std::set<std::string> names(primary_key.begin(), primary_key.end());
  for (const PlannedItem& item : root.items) {
    if (item.field.field.name == "*") return {"*"};
    names.insert(item.field.field.name);
  }
  for (const ReadNode& child : root.children) {
    // What a computed relationship's function reads of its row is not known.
    if (child.relationship->cardinality == Cardinality::computed) return {"*"};
    for (const ColumnPair& pair : child.relationship->columns) names.insert(pair.own);
  }
  return {names.begin(), names.end()};
}

}  // namespace pg_booking::rest
