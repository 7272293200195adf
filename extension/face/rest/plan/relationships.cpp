#include "face/rest/plan/relationships.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace pg_booking::rest {
namespace {

using Shown = std::map<BaseColumn, std::vector<int>>;

void add_base_columns(KeySource& keys, const KeyedRelation& view, int column, int shown_as,
                      std::set<unsigned>& path, Shown& out) {
  BaseColumn const origin = view.origins.at(static_cast<size_t>(column - 1));
  if (origin.first == 0 || path.contains(origin.first)) return;
  const KeyedRelation* const base = keys.relation(origin.first);
  if (base == nullptr) return;
  if (!base->is_view) {
    out[origin].push_back(shown_as);
    return;
  }
  path.insert(origin.first);
  add_base_columns(keys, *base, origin.second, shown_as, path, out);
  path.erase(origin.first);
}

/// Every way in which a relation shows these columns of a table, in their order.
std::vector<std::vector<int>> ways_to_show(const Shown& shown, unsigned table,
                                           const std::vector<int>& columns) {
  std::vector<std::vector<int>> ways = {{}};
  for (int const column : columns) {
    auto const found = shown.find({table, column});
    if (found == shown.end()) return {};
    std::vector<std::vector<int>> longer;
    for (const std::vector<int>& way : ways)
      for (int const shown_as : found->second) {
        longer.push_back(way);
        longer.back().push_back(shown_as);
      }
    ways = std::move(longer);
  }
  return ways;
}

std::set<unsigned> tables_of(const Shown& shown) {
  std::set<unsigned> tables;
  for (const auto& [column, _] : shown) tables.insert(column.first);
  return tables;
}

/// A foreign key as two relations show it.
struct Link {
  const ForeignKey* key;
  std::vector<ColumnPair> columns;  // of the relation with the key, of the referenced one
};

std::vector<ColumnPair> pair_names(const KeyedRelation& own, const std::vector<int>& own_columns,
                                   const KeyedRelation& foreign, const std::vector<int>& foreign_columns) {
  std::vector<ColumnPair> pairs;
  for (size_t i = 0; i < own_columns.size(); i++)
    pairs.push_back({own.column_names.at(static_cast<size_t>(own_columns[i] - 1)),
                     foreign.column_names.at(static_cast<size_t>(foreign_columns[i] - 1))});
  return pairs;
}

/// Every foreign key from one relation to another, through whatever views they are.
std::vector<Link> links(KeySource& keys, const KeyedRelation& from, const KeyedRelation& to) {
  std::vector<Link> found;
  Shown const from_shown = base_columns(keys, from);
  Shown const to_shown = base_columns(keys, to);
  for (unsigned const table : tables_of(from_shown))
    for (const ForeignKey& key : keys.outgoing(table)) {
      std::vector<std::vector<int>> const referenced =
          ways_to_show(to_shown, key.foreign_table, key.foreign_columns);
      if (referenced.empty()) continue;
      for (const std::vector<int>& own : ways_to_show(from_shown, table, key.columns))
        for (const std::vector<int>& other : referenced)
          found.push_back({&key, pair_names(from, own, to, other)});
    }
  return found;
}

/// A table references itself, a view only a view that is the same.
bool is_self(const KeyedRelation& own, const KeyedRelation& foreign, const ForeignKey& key) {
  if (own.id != foreign.id) return false;
  return own.is_view || key.table == key.foreign_table;
}

Relationship make_relationship(Cardinality cardinality, const KeyedRelation& own,
                               const KeyedRelation& foreign, const Link& link) {
  return {.cardinality = cardinality,
          .own = own.name,
          .foreign = foreign.name,
          .is_self = is_self(own, foreign, *link.key),
          .own_is_view = own.is_view,
          .foreign_is_view = foreign.is_view,
          .constraint = link.key->name,
          .columns = link.columns};
}

void add_forward(const KeyedRelation& own, const KeyedRelation& foreign, const Link& link,
                 std::vector<Relationship>& out) {
  out.push_back(make_relationship(link.key->is_unique ? Cardinality::one_to_one : Cardinality::many_to_one,
                                  own, foreign, link));
}

void add_inverse(const KeyedRelation& own, const KeyedRelation& foreign, const Link& link,
                 std::vector<Relationship>& out) {
  Link turned = link;
  for (ColumnPair& pair : turned.columns) std::swap(pair.own, pair.foreign);
  out.push_back(make_relationship(link.key->is_unique ? Cardinality::one_to_one : Cardinality::one_to_many,
                                  own, foreign, turned));
}

std::vector<unsigned> referencing_tables(KeySource& keys, const KeyedRelation& relation) {
  std::vector<unsigned> tables;
  for (unsigned const table : tables_of(base_columns(keys, relation))) {
    const std::vector<unsigned>& referencing = keys.referencing(table);
    tables.insert(tables.end(), referencing.begin(), referencing.end());
  }
  return tables;
}

/// The relations that may be a junction: tables with a key to a base table of the one that fewer tables
/// reference, and the views over them. What is a junction has keys to both.
std::set<unsigned> possible_junctions(KeySource& keys, const KeyedRelation& own,
                                      const KeyedRelation& foreign) {
  std::set<unsigned> found;
  std::vector<unsigned> pending = referencing_tables(keys, own);
  std::vector<unsigned> others = referencing_tables(keys, foreign);
  if (others.size() < pending.size()) pending = std::move(others);
  while (!pending.empty()) {
    unsigned const id = pending.back();
    pending.pop_back();
    if (!found.insert(id).second) continue;
    for (unsigned const view : keys.views_over(id)) pending.push_back(view);
  }
  return found;
}

bool is_covered(const std::vector<ColumnPair>& first, const std::vector<ColumnPair>& second,
                const std::vector<std::string>& key) {
  const auto in_key = [&](const ColumnPair& pair) {
    return std::find(key.begin(), key.end(), pair.own) != key.end();
  };
  return std::all_of(first.begin(), first.end(), in_key) && std::all_of(second.begin(), second.end(), in_key);
}

std::vector<ColumnPair> turned(std::vector<ColumnPair> pairs) {
  for (ColumnPair& pair : pairs) std::swap(pair.own, pair.foreign);
  return pairs;
}

void add_many_to_many(KeySource& keys, const KeyedRelation& own, const KeyedRelation& foreign,
                      std::vector<Relationship>& out) {
  for (unsigned const id : possible_junctions(keys, own, foreign)) {
    const KeyedRelation* const junction = keys.relation(id);
    if (junction == nullptr || !junction->is_exposed) continue;
    std::vector<Link> const to_foreign = links(keys, *junction, foreign);
    if (to_foreign.empty()) continue;
    std::vector<std::string> const key = primary_key_of(keys, *junction);
    for (const Link& first : links(keys, *junction, own))
      for (const Link& second : to_foreign) {
        if (first.key->name == second.key->name || first.key->is_unique || second.key->is_unique) continue;
        if (!is_covered(first.columns, second.columns, key)) continue;
        out.push_back({.cardinality = Cardinality::many_to_many,
                       .own = own.name,
                       .foreign = foreign.name,
                       .is_self = own.id == foreign.id,
                       .own_is_view = own.is_view,
                       .foreign_is_view = foreign.is_view,
                       .constraint = first.key->name,
                       .columns = turned(first.columns),
                       .junction = junction->name,
                       .junction_constraint = second.key->name,
                       .junction_columns = turned(second.columns)});
      }
  }
}

/// The relationships between two relations, in both directions.
std::vector<Relationship> relationships_between(KeySource& keys, const KeyedRelation& own,
                                                const KeyedRelation& foreign) {
  std::vector<Relationship> found;
  for (const Link& link : links(keys, own, foreign)) add_forward(own, foreign, link, found);
  for (const Link& link : links(keys, foreign, own)) add_inverse(own, foreign, link, found);
  add_many_to_many(keys, own, foreign, found);
  return found;
}

bool has_single_column(const Relationship& relationship) {
  return relationship.cardinality != Cardinality::many_to_many && relationship.columns.size() == 1;
}

bool is_by_column(const Relationship& relationship, std::string_view column) {
  return has_single_column(relationship) && relationship.columns.front().own == column;
}

bool is_by_foreign_column(const Relationship& relationship, std::string_view column) {
  return has_single_column(relationship) && relationship.columns.front().foreign == column;
}

bool is_by_constraint(const Relationship& relationship, std::string_view constraint) {
  return relationship.cardinality != Cardinality::many_to_many && relationship.constraint == constraint;
}

/// Whether a request means this relationship, which leads to a relation of the right schema.
bool is_meant(const Relationship& relationship, std::string_view target, std::string_view hint) {
  bool const by_name = relationship.foreign.name == target;
  // Of the two ways along a foreign key to the same table the relation's name means that to the many rows,
  // the column's that to the one.
  if (relationship.is_self) {
    bool const to_many = by_name && relationship.cardinality == Cardinality::one_to_many;
    if (!hint.empty()) return to_many && is_by_foreign_column(relationship, hint);
    return to_many ||
           (relationship.cardinality == Cardinality::many_to_one && is_by_column(relationship, target));
  }
  if (!hint.empty())
    return by_name &&
           (is_by_constraint(relationship, hint) || is_by_column(relationship, hint) ||
            is_by_foreign_column(relationship, hint) ||
            (relationship.cardinality == Cardinality::many_to_many && relationship.junction.name == hint));
  return by_name || (!relationship.foreign_is_view &&
                     (is_by_constraint(relationship, target) || is_by_column(relationship, target)));
}

/// Whether the origin shows the one column of a key under that name.
bool shows_as(const KeyedRelation& origin, const Shown& shown, unsigned table,
              const std::vector<int>& columns, std::string_view name) {
  if (columns.size() != 1) return false;
  for (const std::vector<int>& way : ways_to_show(shown, table, columns))
    if (origin.column_names.at(static_cast<size_t>(way.front() - 1)) == name) return true;
  return false;
}

/// Tables of the schema at the other end of a foreign key, of either direction, that the target names by the
/// constraint or the origin's column.
std::set<unsigned> named_by_key(KeySource& keys, const KeyedRelation& origin, std::string_view schema,
                                std::string_view target) {
  std::set<unsigned> ids;
  Shown const shown = base_columns(keys, origin);
  for (unsigned const table : tables_of(shown)) {
    for (const ForeignKey& key : keys.outgoing(table))
      if (key.name == target || shows_as(origin, shown, table, key.columns, target))
        ids.insert(key.foreign_table);
    for (const ForeignKey& key : keys.incoming(table))
      if (key.name == target || shows_as(origin, shown, table, key.foreign_columns, target))
        ids.insert(key.table);
  }
  std::erase_if(ids, [&](unsigned id) {
    const KeyedRelation* const relation = keys.relation(id);
    return relation == nullptr || relation->name.schema != schema;
  });
  return ids;
}

}  // namespace

Shown base_columns(KeySource& keys, const KeyedRelation& relation) {
  Shown shown;
  for (int column = 1; column <= static_cast<int>(relation.column_names.size()); column++) {
    if (relation.is_view) {
      std::set<unsigned> path = {relation.id};
      add_base_columns(keys, relation, column, column, path, shown);
    } else {
      shown[{relation.id, column}] = {column};
    }
  }
  return shown;
}

std::vector<std::string> primary_key_of(KeySource& keys, const KeyedRelation& relation) {
  std::vector<std::string> names;
  Shown const shown = base_columns(keys, relation);
  for (unsigned const table : tables_of(shown)) {
    const KeyedRelation* const base = keys.relation(table);
    std::vector<std::vector<int>> const ways = ways_to_show(shown, table, base->primary_key);
    if (ways.empty()) continue;
    for (int const column : ways.front())
      names.push_back(relation.column_names.at(static_cast<size_t>(column - 1)));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<Relationship> find_key_relationships(KeySource& keys, const KeyedRelation& origin,
                                                 std::string_view schema, std::string_view target,
                                                 std::string_view hint) {
  std::set<unsigned> candidates;
  if (const KeyedRelation* const named = keys.find(schema, target)) candidates.insert(named->id);
  if (hint.empty()) {
    candidates.merge(named_by_key(keys, origin, schema, target));
    // A column may mean the origin itself, also a view.
    const std::vector<std::string>& columns = origin.column_names;
    if (std::find(columns.begin(), columns.end(), target) != columns.end()) candidates.insert(origin.id);
  }
  std::vector<Relationship> found;
  for (unsigned const id : candidates) {
    const KeyedRelation& foreign = *keys.relation(id);
    for (Relationship& relationship : relationships_between(keys, origin, foreign))
      if (is_meant(relationship, target, hint)) found.push_back(std::move(relationship));
  }
  return found;
}

}  // namespace pg_booking::rest
