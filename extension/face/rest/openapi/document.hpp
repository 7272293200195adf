#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pg_booking::rest {

/// A column as the OpenAPI document shows it.
struct DescribedColumn {
  std::string name;
  std::string type = {};  // as SQL writes it, without modifier; with its schema if it is none of pg_catalog
  std::optional<std::string> comment = {};
  std::optional<std::string> default_value = {};  // the value of a literal, or else the SQL expression
  std::optional<int64_t> max_length = {};         // characters
  std::vector<std::string> labels = {};           // of an enum
  bool is_nullable = true;
  bool is_key = false;                                                // of the primary key
  std::optional<std::pair<std::string, std::string>> reference = {};  // the foreign table and its column
};

struct DescribedRelation {
  std::string name;
  std::optional<std::string> comment = {};
  bool is_writable = false;
  std::vector<DescribedColumn> columns = {};
};

struct DescribedArgument {
  std::string name;
  std::string type = {};
  bool is_required = true;
  bool is_variadic = false;
};

struct DescribedFunction {
  std::string name;
  std::optional<std::string> comment = {};
  bool is_volatile = true;
  std::vector<DescribedArgument> arguments = {};
};

/// What a schema's API consists of, and where it is.
struct DescribedApi {
  std::optional<std::string> comment = {};  // the first line is its title
  std::string version = {};
  std::string scheme = {}, host = {}, path = {};  // "https", "example.com:443", "/rest/v1"
  bool asks_for_token = false;
  std::vector<DescribedRelation> relations = {};
  std::vector<DescribedFunction> functions = {};
};

/// The OpenAPI 2.0 document, laid out as PostgREST's is.
std::string openapi_document(const DescribedApi& api);

}  // namespace pg_booking::rest
