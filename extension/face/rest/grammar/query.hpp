#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "face/rest/grammar/error.hpp"
#include "text/url.hpp"

// The query string of a request to /rest/v1 as a tree. Names are as the client wrote them, without quotes;
// whether they exist is not known here.
namespace pg_booking::rest {

/// One step into a JSON value: "->key", "->>key", "->0" or "->>-1".
struct JsonStep {
  std::string key;        // an index is written with its sign: "-1"
  bool is_index = false;  // digits only, perhaps after '-'
  bool as_text = false;   // "->>"

  bool operator==(const JsonStep&) const = default;
};

/// A column, computed field or embedded relation, perhaps with a path into it.
struct Field {
  std::string name;  // "*" in select: all columns
  std::vector<JsonStep> json_path = {};

  bool operator==(const Field&) const = default;
};

enum class Aggregate { sum, avg, count, max, min };

enum class JoinType { unspecified, left, inner };

/// One item of `select`.
struct SelectItem {
  enum class Kind {
    field,   // [alias:]field[::cast][.aggregate()[::aggregate_cast]]
    embed,   // [alias:]relation[!hint][!join](items)
    spread,  // ...relation[!hint][!join](items)
  };

  Kind kind = Kind::field;
  std::string alias = {};  // empty: none

  Field field = {};       // of a field; `count()` has the name "*"
  std::string cast = {};  // empty: none; applied before the aggregate
  std::optional<Aggregate> aggregate = {};
  std::string aggregate_cast = {};  // empty: none

  std::string relation = {};  // of an embed or a spread: table, view, function, constraint or column
  std::string hint = {};      // empty: none
  JoinType join = JoinType::unspecified;
  std::vector<SelectItem> items = {};  // may be empty: "relation()"

  bool operator==(const SelectItem&) const = default;
};

enum class Operator {
  // These take a quantifier.
  eq,
  gte,
  gt,
  lte,
  lt,
  like,  // value with '*' as written
  ilike,
  match,
  imatch,
  // These do not.
  neq,
  cs,   // contains, @>
  cd,   // is contained in, <@
  ov,   // overlaps, &&
  sl,   // strictly left of, <<
  sr,   // strictly right of, >>
  nxr,  // does not extend to the right of, &<
  nxl,  // does not extend to the left of, &>
  adj,  // is adjacent to, -|-
  isdistinct,
  // Full-text search: perhaps with a language.
  fts,
  plfts,
  phfts,
  wfts,
  in,  // Condition::list instead of value
  is,  // Condition::is_value instead of value
};

enum class Quantifier { none, any, all };

enum class IsValue { null, not_null, is_true, is_false, unknown };

/// "[not.]operator[(modifier)].value"
struct Condition {
  bool negated = false;
  Operator op = Operator::eq;
  Quantifier quantifier = Quantifier::none;  // the value is an array literal then
  std::optional<std::string> language = {};  // of full-text search
  std::string value = {};                    // for all but `in` and `is`
  std::vector<std::string> list = {};        // of `in`; quotes and escapes undone
  IsValue is_value = IsValue::null;          // of `is`

  bool operator==(const Condition&) const = default;
};

struct Filter {
  Field field;
  Condition condition;

  bool operator==(const Filter&) const = default;
};

/// "and(…)", "or(…)", or a filter as leaf.
struct LogicTree {
  enum class Kind { filter, all_of, any_of };

  Kind kind = Kind::filter;
  bool negated = false;  // of all_of and any_of; a filter has its own in its condition
  std::optional<Filter> filter = {};
  std::vector<LogicTree> operands = {};

  bool operator==(const LogicTree&) const = default;
};

enum class Direction { unspecified, ascending, descending };
enum class Nulls { unspecified, first, last };

/// "[relation(]field[)][.asc|.desc][.nullsfirst|.nullslast]"
struct OrderTerm {
  std::string relation = {};  // empty: the field is of the ordered relation itself
  Field field;
  Direction direction = Direction::unspecified;
  Nulls nulls = Nulls::unspecified;

  bool operator==(const OrderTerm&) const = default;
};

/// Which rows of an ordered result: `limit` of them from `offset` on.
struct RowRange {
  int64_t offset = 0;
  std::optional<int64_t> limit = {};  // absent: all; may be negative as read, see requested_rows

  bool operator==(const RowRange&) const = default;
};

/// The names of embedded relations (or their aliases) on the way from the root; empty: the root itself.
using EmbedPath = std::vector<std::string>;

/// Something that applies to one level of the select tree.
template <typename T>
struct At {
  EmbedPath path;
  T value;

  bool operator==(const At&) const = default;
};

using Argument = std::pair<std::string, std::string>;

struct Query {
  std::vector<SelectItem> select = {};  // empty when `select=` is; `*` when absent
  std::vector<At<Filter>> filters = {};
  std::vector<At<LogicTree>> logic = {};
  std::vector<At<std::vector<OrderTerm>>> order = {};
  std::vector<At<RowRange>> ranges = {};                     // at most one a level
  std::optional<std::vector<std::string>> columns = {};      // sorted, without repeats
  std::optional<std::vector<std::string>> on_conflict = {};  // as written
  std::vector<Argument> arguments = {};                      // of a function; in order, repeats kept
  /// The names of all parameters that are filters, as written ("id", "rel.id", "data->>a"), sorted.
  std::vector<std::string> filter_names = {};

  bool operator==(const Query&) const = default;
};

/// How parameters are read that are not reserved.
enum class QueryUse {
  filters,                // each is a filter
  filters_and_arguments,  // of GET /rpc: what is no operator expression is an argument
};

/// Deepest nesting of parentheses in one parameter.
inline constexpr int kMaxNesting = 64;

/// Reads the parameters of a request's target; one without '=' is ignored. Nothing if all is well, else
/// PGRST100, worded as PostgREST's parser does; `out` is then unspecified.
[[nodiscard]] std::optional<RequestError> parse_query(const std::vector<QueryParameter>& parameters,
                                                      QueryUse use, Query& out);

/// The query string with its parameters sorted by name and encoded again, as Content-Location shows it; the
/// values of a repeated name are joined by ','. Empty if there is none.
std::string canonical_query(const std::vector<QueryParameter>& parameters);

/// The query string with these rows of the root in place of those it asks for.
std::string query_of_rows(const std::vector<QueryParameter>& parameters, const RowRange& rows);

}  // namespace pg_booking::rest
