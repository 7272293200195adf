#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string>
#include <vector>

#include "face/rest/grammar/payload.hpp"
#include "face/rest/grammar/preferences.hpp"
#include "face/rest/plan/read_plan.hpp"
#include "face/rest/plan/sql_text.hpp"

namespace pg_booking::rest {

/// A change to a relation.
struct WritePlan {
  enum class Kind {
    insert,
    update,
    put,  // insert or update the one row whose primary key the filters give
    remove,
  };

  Kind kind;
  const Relation* relation = nullptr;
  std::vector<const Column*> columns = {};  // that the payload sets
  const Payload* payload = nullptr;
  bool defaults_for_missing = false;
  std::vector<PlannedLogic> where = {};
  std::optional<Preferences::Resolution> resolution = {};  // of conflicts
  std::vector<std::string> conflict_columns = {};          // empty: conflicts are errors
  std::vector<std::string> returning = {};  // "*" alone: all; empty: no more than how many rows

  /// Whether the number of rows that were inserted, not updated, must be known.
  bool counts_inserted() const {
    return kind == Kind::put ||
           (kind == Kind::insert && resolution == Preferences::Resolution::merge_duplicates);
  }
};

/// The plan of a request that writes. `root` is the plan of the representation. Throws Refusal.
WritePlan plan_write(WritePlan::Kind kind, const Relation& relation, const Query& query,
                     const Payload& payload, const Preferences& preferences, const ReadNode& root);

/// The name of the setting in which the statement counts the rows that it inserts.
inline constexpr const char* kInsertedSetting = "request.inserted";

/// Appends the INSERT, UPDATE or DELETE.
void append_write(SqlText& sql, const WritePlan& plan);

/// Appends "FROM …": a body as rows `pgrst_body` with these columns.
struct BodyColumn {
  std::string name;
  std::string type;
  std::string reader = {};         // function from json; empty: none
  std::string default_value = {};  // SQL; used where the body lacks the column, if `with_defaults`
};
void append_body_rows(SqlText& sql, const std::string& body, const std::vector<BodyColumn>& columns,
                      bool with_defaults, bool one_row);

}  // namespace pg_booking::rest
