#include "face/rest/openapi/document.hpp"
#include "face/rest/openapi/facts.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include "text/canonical_json.hpp"
#include "text/json_parse.hpp"

using namespace pg_booking;
using namespace pg_booking::rest;

namespace {

// A part of the document, in canonical form; "" if it is not there. `path`: names with '|' between them.
std::string part(const DescribedApi& api, std::string_view path) {
  json::Document document;
  REQUIRE_FALSE(parse_json(openapi_document(api), document).has_value());
  const json::Value* value = &document;
  while (!path.empty()) {
    const std::string name(path.substr(0, path.find('|')));
    path.remove_prefix(std::min(name.size() + 1, path.size()));
    const auto member = value->FindMember(name);
    if (member == value->MemberEnd()) return "";
    value = &member->value;
  }
  return canonical_json(*value);
}

DescribedApi with_column(DescribedColumn column) {
  return {.relations = {{.name = "t", .columns = {std::move(column)}}}};
}

std::string column_schema(DescribedColumn column) {
  return part(with_column(std::move(column)), "definitions|t|properties|c");
}

}  // namespace

TEST_CASE("OpenAPI: columns by type") {
  CHECK(column_schema({.name = "c", .type = "bigint"}) == R"({"format":"int64","type":"integer"})");
  CHECK(column_schema({.name = "c", .type = "json"}) == R"({"format":"json"})");
  CHECK(column_schema({.name = "c", .type = "numeric[]"}) ==
        R"({"format":"numeric[]","items":{"type":"number"},"type":"array"})");
  CHECK(column_schema({.name = "c", .type = "character", .max_length = 1}) ==
        R"({"format":"character","maxLength":1,"type":"string"})");
  CHECK(column_schema({.name = "c", .type = "s.mood", .labels = {"sad", "ok"}}) ==
        R"({"enum":["sad","ok"],"format":"s.mood","type":"string"})");
}

TEST_CASE("OpenAPI: defaults are literals where they are no strings") {
  const auto shown = [](std::string type, std::string value) {
    return part(with_column({.name = "c", .type = std::move(type), .default_value = std::move(value)}),
                "definitions|t|properties|c|default");
  };
  CHECK(shown("numeric", "42.2") == "42.2");
  CHECK(shown("boolean", "false") == "false");
  CHECK(shown("integer", "nextval('s'::regclass)") == "");
  CHECK(shown("integer", "01") == "");
  CHECK(shown("text", "a \"b\"") == R"("a \"b\"")");
}

TEST_CASE("OpenAPI: keys are noted, a NOT NULL column is required") {
  const DescribedColumn column = {.name = "c",
                                  .type = "integer",
                                  .comment = "which",
                                  .is_nullable = false,
                                  .is_key = true,
                                  .reference = {{"other", "id"}}};
  CHECK(
      part(with_column(column), "definitions|t|properties|c|description") ==
      R"("which\n\nNote:\nThis is a Primary Key.<pk/>\nThis is a Foreign Key to `other.id`.<fk table='other' column='id'/>")");
  CHECK(part(with_column(column), "definitions|t|required") == R"(["c"])");
  CHECK(part(with_column({.name = "c"}), "definitions|t|required") == "");
}

TEST_CASE("OpenAPI: what can be done with a relation or function") {
  DescribedApi api = {
      .relations = {{.name = "v", .comment = "summary\n\nmore\nlines"}, {.name = "t", .is_writable = true}},
      .functions = {{.name = "f"},
                    {.name = "g",
                     .is_volatile = false,
                     .arguments = {{.name = "a", .type = "int[]", .is_variadic = true}}}}};
  CHECK(part(api, "paths|/v|get|summary") == R"("summary")");
  CHECK(part(api, "paths|/v|get|description") == R"("more\nlines")");
  CHECK(part(api, "paths|/v|post") == "");
  CHECK(part(api, "paths|/t|delete|responses") == R"({"204":{"description":"No Content"}})");
  CHECK(part(api, "paths|/rpc/f|get") == "");
  CHECK(part(api, "paths|/rpc/f|post|tags") == R"(["(rpc) f"])");
  CHECK(part(api, "paths|/rpc/g|get|parameters").find(R"("collectionFormat":"multi")") != std::string::npos);
  CHECK(part(api, "security") == "");
  api.asks_for_token = true;
  CHECK(part(api, "security") == R"([{"JWT":[]}])");
}

TEST_CASE("OpenAPI: facts that are none are refused") {
  CHECK(read_function_facts("[]").empty());
  CHECK_THROWS(read_function_facts("{}"));
  CHECK_THROWS(read_relation_facts("[{}]"));
}
