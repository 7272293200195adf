#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What a plan must know of the database, as plain values: filled from the catalogs, or by a test.
namespace pg_booking::rest {

struct QualifiedName {
  std::string schema;  // empty: a name of the statement itself
  std::string name;

  auto operator<=>(const QualifiedName&) const = default;
};

/// A column and how its values come in and go out. The functions of casts are quoted; empty: none.
struct Column {
  std::string name;
  std::string type = {};           // as SQL writes it, with its modifier
  bool is_json = false;            // json or jsonb itself, no domain over it
  bool is_tsvector = false;        // also a domain over it
  std::string default_value = {};  // SQL expression; empty: none
  std::string to_json = {};        // of an implicit cast from the column's domain to json
  std::string from_json = {};      // back
  std::string from_text = {};      // of an implicit cast from text
};

/// A table, view, materialized view or foreign table.
struct Relation {
  unsigned id = 0;
  QualifiedName name = {};
  bool is_view = false;
  std::vector<Column> columns = {};
  std::vector<std::string> primary_key = {};  // sorted; of a view: that of its base tables

  const Column* find_column(std::string_view column_name) const {
    for (const Column& column : columns)
      if (column.name == column_name) return &column;
    return nullptr;
  }
};

struct ColumnPair {
  std::string own, foreign;

  auto operator<=>(const ColumnPair&) const = default;
};

// In the order in which an ambiguity lists them.
enum class Cardinality { one_to_many, many_to_one, one_to_one, many_to_many, computed };

/// How the rows of a relation belong to those of another, seen from the one whose rows embed the other's.
struct Relationship {
  Cardinality cardinality;
  QualifiedName own;
  QualifiedName foreign;
  bool is_self = false;
  bool own_is_view = false;
  bool foreign_is_view = false;
  std::string constraint = {};
  std::vector<ColumnPair> columns = {};  // many_to_many: own and the junction's
  // Of many_to_many.
  QualifiedName junction = {};
  std::string junction_constraint = {};           // to the foreign relation; `constraint` is to the own one
  std::vector<ColumnPair> junction_columns = {};  // the foreign relation's and the junction's
  // Of computed.
  QualifiedName function = {};
  bool single_row = false;

  bool is_to_one() const {
    return cardinality == Cardinality::many_to_one || cardinality == Cardinality::one_to_one ||
           (cardinality == Cardinality::computed && single_row);
  }
};

enum class Volatility { immutable, stable, volatile_ };

struct Parameter {
  std::string name;       // empty: unnamed
  std::string type;       // as SQL writes it
  std::string wide_type;  // the same without the length that bit and character would cut values to
  bool required = true;
  bool variadic = false;
};

struct Setting {
  std::string name, value;
};

struct Function {
  enum class Result { nothing, value, values, row, rows };

  unsigned id = 0;
  QualifiedName name = {};
  std::vector<Parameter> parameters = {};
  Result result = Result::value;
  /// Of row and rows: the relation or type whose rows they are, "record" for columns of its own.
  QualifiedName row_type = {};
  /// A result whose type is a domain named like a media type: that name, else empty.
  std::string media_type = {};
  Volatility volatility = Volatility::volatile_;
  std::vector<Setting> settings = {};  // those that hold for the whole request

  bool returns_single() const { return result != Result::values && result != Result::rows; }
  bool returns_values() const {
    return result == Result::value || result == Result::values || result == Result::nothing;
  }
};

/// Makes an answer's body of rows: an aggregate.
struct MediaHandler {
  QualifiedName function;
  QualifiedName row_type;  // empty name: takes any
  std::string media_type;  // of the answer
};

/// Resolves names of the database. What it returns lives as long as the request.
class Catalog {
 public:
  virtual ~Catalog() = default;

  /// Nothing if there is none, or it is no relation that is exposed (a partition, a sequence).
  virtual const Relation* find_relation(std::string_view schema, std::string_view name) = 0;
  /// A hint for a relation that is not there.
  virtual std::optional<std::string> similar_table(std::string_view schema, std::string_view name) = 0;
  /// Every relationship from `origin` to what a request calls `target`, perhaps made precise by a hint.
  virtual const std::vector<Relationship>& find_relationships(const Relation& origin, std::string_view schema,
                                                              std::string_view target,
                                                              std::string_view hint) = 0;
  /// A hint for a relationship that is not there: "Perhaps you meant …".
  virtual std::optional<std::string> similar_relationship(std::string_view schema, std::string_view origin,
                                                          std::string_view target) = 0;
  /// All functions of that name that can be called, whatever their arguments.
  virtual const std::vector<Function>& find_functions(std::string_view schema, std::string_view name) = 0;
  /// A hint for a function that is not there, or not with these parameters.
  virtual std::optional<std::string> similar_function(std::string_view schema, std::string_view name,
                                                      const std::vector<std::string>& parameters) = 0;
  /// The handler that makes this media type of the rows of a relation; `relation` null: of any row.
  virtual const MediaHandler* find_media_handler(std::string_view media_type,
                                                 const QualifiedName* relation) = 0;
};

}  // namespace pg_booking::rest
