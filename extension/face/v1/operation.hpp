#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/routes.hpp"
#include "text/rapidjson.hpp"
#include "text/uuid.hpp"

namespace pg_booking::v1 {

inline constexpr size_t kMaxSlugLength = 100;  // bytes

enum class Source { path, query, body };

enum class Type {
  slug,         // text, as in the database's constraint
  public_id,    // TypeID with Field::prefix; one that cannot exist becomes the nil UUID, so that it is simply
                // not found
  date,         // YYYY-MM-DD
  time_of_day,  // HH:MM
  timestamp,    // RFC 3339
  text,         // 1 to Field::maximum characters
  email,
  webhook_url,
  phone,    // E.164
  integer,  // Field::minimum to Field::maximum
  one_of,   // Field::choices
  some_of,  // comma-separated Field::choices
  boolean,  // of the body
};

/// One input of an operation: where it comes from, what it must be. The order of fields is the order of SQL
/// parameters.
struct Field {
  std::string_view name;  // dots lead into the body's objects
  Source source;
  Type type;
  bool required = false;
  std::string_view description;  // for people
  std::string_view prefix = {};  // public_id
  int minimum = 0;
  int maximum = 0;
  std::string_view choices = {};  // comma-separated
  int default_value = 0;          // integer that is absent
};

/// A value on its way to SQL; monostate is NULL.
struct TimeOfDay {
  int minutes;
};
struct Instant {
  int64_t microseconds_since_1970;
};
struct Day {
  int32_t days_since_1970;
};
using Value = std::variant<std::monostate, std::string, UuidBytes, Instant, Day, TimeOfDay, int32_t, bool,
                           std::vector<std::string>>;

/// What is wrong with the input, by field.
using FieldErrors = std::map<std::string, std::string, std::less<>>;

/// Where salonSlug is, and whether it must be there.
enum class SlugRule {
  in_query,
  in_body,
  anywhere,  // query or body
  optional,  // as anywhere, but the key and the resource say enough without it
};

enum class Shape {
  object,    // the one row is data, or its member Operation::member
  list,      // data has one member, Operation::member, with all rows
  document,  // the one value of the one row is the whole body, without envelope; only for routes without key
};

}  // namespace pg_booking::v1

namespace pg_booking {

struct Operation {
  std::string_view summary;  // for people
  v1::SlugRule slug_rule;
  std::span<const v1::Field> fields = {};
  const char* sql;  // $1 tenant_id, [$2 api_key_id if the route writes,] then the fields in order
  v1::Shape shape = v1::Shape::object;
  std::string_view member = {};     // of data; empty: the row itself is data
  std::string_view not_found = {};  // error code when there is no row; empty: an empty list is fine
  std::string_view errors = {};     // codes that the statement raises, comma-separated
  int success_status = 200;
  /// Rules over several fields.
  void (*check)(const std::vector<v1::Value>& values, v1::FieldErrors& errors) = nullptr;
};

}  // namespace pg_booking

namespace pg_booking::v1 {

/// The routes of /v1.
std::span<const Route> routes();

/// Reads the fields from path, query and body, in order. What is wrong is added to errors. `body` may be null
/// (no body).
std::vector<Value> read_fields(const Operation& operation, const Exchange& exchange, const json::Value* body,
                               FieldErrors& errors);

/// A member of the body by its dotted name; null when it is absent or JSON null.
const json::Value* find_member(const json::Value* body, std::string_view name);

}  // namespace pg_booking::v1
