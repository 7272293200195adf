#include "face/rest/plan/spread.hpp"

#include <algorithm>

#include "face/rest/plan/refusal.hpp"

namespace pg_booking::rest {
namespace {

/// The fields that the rows of a level have, by their names in its statement.
std::vector<SpreadField> fields_of(const ReadNode& node) {
  std::vector<SpreadField> fields;
  for (const PlannedItem& item : node.items)
    fields.push_back({.name = item.alias.empty() ? item.field.field.name : item.alias});
  for (const ReadNode& child : node.children) {
    if (child.spread == ReadNode::Spread::none) {
      if (!is_empty_embed(child)) fields.push_back({.name = std::string(child.name())});
    } else {
      for (const SpreadField& lifted : child.lifted)
        fields.push_back({.name = lifted.alias.empty() ? lifted.name : lifted.alias});
    }
  }
  return fields;
}

/// An aggregate over the one row of a to-one spread means nothing: it is applied where that row is spread to.
void hoist_aggregates(ReadNode& node) {
  for (size_t i = 0; i < node.items.size(); i++) {
    PlannedItem& item = node.items[i];
    if (!item.aggregate) continue;
    node.lifted[i].aggregate = item.aggregate;
    node.lifted[i].aggregate_cast = item.aggregate_cast;
    node.lifted[i].alias = item.alias;
    item.aggregate.reset();
    item.aggregate_cast.clear();
  }
  size_t position = node.items.size();
  for (ReadNode& child : node.children) {
    if (child.spread == ReadNode::Spread::none) {
      if (!is_empty_embed(child)) position++;
      continue;
    }
    for (SpreadField& field : child.lifted) {
      if (field.aggregate) {
        node.lifted[position].aggregate = field.aggregate;
        node.lifted[position].aggregate_cast = field.aggregate_cast;
        node.lifted[position].alias = field.alias;
        field.aggregate.reset();
        field.aggregate_cast.clear();
      }
      position++;
    }
  }
}

/// The arrays of a to-many spread are ordered as they are made, by columns that its rows must have.
void move_order_into_arrays(ReadNode& node) {
  int number = 0;
  for (PlannedOrder& term : node.order) {
    std::string const name = node.join_name + "_" + term.field.field.name + "_" + std::to_string(++number);
    node.order_items.push_back({.field = term.field, .alias = name});
    node.order_item_relations.push_back(term.relation);
    term.relation.clear();
    term.field = PlannedField{.field = {.name = name}};
  }
}

bool has_aggregate(const ReadNode& node) {
  return std::any_of(node.items.begin(), node.items.end(),
                     [](const PlannedItem& item) { return item.aggregate.has_value(); }) ||
         std::any_of(node.children.begin(), node.children.end(), [](const ReadNode& child) {
           return std::any_of(child.lifted.begin(), child.lifted.end(),
                              [](const SpreadField& field) { return field.aggregate.has_value(); });
         });
}

}  // namespace

bool is_empty_embed(const ReadNode& node) {
  return node.items.empty() && std::all_of(node.children.begin(), node.children.end(), is_empty_embed);
}

void plan_spreads(ReadNode& node) {
  for (ReadNode& child : node.children) plan_spreads(child);
  if (node.spread == ReadNode::Spread::none) return;
  node.lifted = fields_of(node);
  if (node.spread == ReadNode::Spread::to_one) {
    hoist_aggregates(node);
    return;
  }
  if (has_aggregate(node))
    throw Refusal{{.code = "PGRST127",
                   .message = "Feature not implemented",
                   .details = "Aggregates are not implemented for one-to-many or many-to-many spreads."}};
  move_order_into_arrays(node);
}

}  // namespace pg_booking::rest
