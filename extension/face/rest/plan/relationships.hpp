#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "face/rest/plan/schema.hpp"

// Which relationships a request can mean: foreign keys, seen through views and junctions.
namespace pg_booking::rest {

/// A column of a base table: the table's id and the column's number.
using BaseColumn = std::pair<unsigned, int>;

struct ForeignKey {
  std::string name;
  unsigned table;
  unsigned foreign_table;
  std::vector<int> columns;
  std::vector<int> foreign_columns;
  bool is_unique;  // the columns are a primary or unique key of the table
};

/// A relation with its keys.
struct KeyedRelation {
  unsigned id;
  QualifiedName name;
  bool is_view;
  bool is_exposed;                        // its schema is
  std::vector<std::string> column_names;  // by number, from 1; a dropped one is empty
  std::vector<int> primary_key;           // of a table
  std::vector<BaseColumn> origins;        // of a view: where each column comes from, from 1; {0, 0}: computed
};

/// The catalogs, by id.
class KeySource {
 public:
  virtual ~KeySource() = default;
  virtual const KeyedRelation* relation(unsigned id) = 0;
  virtual const KeyedRelation* find(std::string_view schema, std::string_view name) = 0;
  virtual const std::vector<ForeignKey>& outgoing(unsigned table) = 0;
  /// The tables with a foreign key to this one: much cheaper than the keys themselves.
  virtual const std::vector<unsigned>& referencing(unsigned table) = 0;
  virtual const std::vector<ForeignKey>& incoming(unsigned table) = 0;
  /// The views, of exposed schemas and those of the extra search path, that mention this relation.
  virtual const std::vector<unsigned>& views_over(unsigned relation) = 0;
};

/// A relation's columns by the base columns that they show, views of views followed down to tables. A table
/// shows its own.
std::map<BaseColumn, std::vector<int>> base_columns(KeySource& keys, const KeyedRelation& relation);

/// The names of the columns that show the whole primary key of a base table; sorted.
std::vector<std::string> primary_key_of(KeySource& keys, const KeyedRelation& relation);

/// The relationships by keys from `origin` to the relation of that schema that `target` means: a relation's
/// name, or, to tables only, a constraint's or a column's. `hint` (empty: none) is a constraint, a column of
/// either side or a junction.
std::vector<Relationship> find_key_relationships(KeySource& keys, const KeyedRelation& origin,
                                                 std::string_view schema, std::string_view target,
                                                 std::string_view hint);

}  // namespace pg_booking::rest
