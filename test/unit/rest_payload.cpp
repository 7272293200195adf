#include "face/rest/grammar/payload.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace pg_booking::rest;

namespace {

using Names = std::vector<std::string>;

Payload read(std::string_view body, std::string_view type, PayloadUse use = PayloadUse::rows,
             bool columns = false) {
  Payload out;
  const auto error = parse_payload(body, parse_media(type), use, columns, out);
  CAPTURE(body);
  REQUIRE_FALSE(error.has_value());
  return out;
}

std::string refusal(std::string_view body, std::string_view type, PayloadUse use = PayloadUse::rows) {
  Payload out;
  const auto error = parse_payload(body, parse_media(type), use, false, out);
  CAPTURE(body);
  REQUIRE(error.has_value());
  CHECK(error->code == "PGRST102");
  return error->message;
}

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kForm = "application/x-www-form-urlencoded";

}  // namespace

TEST_CASE("JSON bodies: text as sent, names of the rows") {
  Payload payload = read(R"( {"b": 1.0, "a": {"x": 1}} )", kJson);
  CHECK(payload.text == R"( {"b": 1.0, "a": {"x": 1}} )");
  CHECK(payload.keys == Names{"a", "b"});
  CHECK_FALSE(payload.is_array);
  payload = read(R"([{"b": 1, "\u0061": [{"z": 1}]}, {"a": 2, "b": 3}])", kJson);
  CHECK(payload.keys == Names{"a", "b"});
  CHECK(payload.is_array);
  CHECK(read("[]", kJson).keys.empty());
  CHECK(read("[{},{}]", kJson).is_array);
  CHECK(read(R"([{"a":1,"a":2},{"a":1}])", kJson).keys == Names{"a"});
  CHECK(read("12345678901234567890123", kJson).text == "[]");
  CHECK(read("", kJson, PayloadUse::arguments).text == "{}");
}

TEST_CASE("JSON bodies that are refused") {
  for (const std::string_view body : {"", "{", "{'a':1}", "[{}", "{} x", "nul", "\"\xFF\""}) {
    CHECK(refusal(body, kJson) == "Empty or invalid json");
  }
  for (const std::string_view body :
       {R"([{"a":1},{"b":1}])", R"([{"a":1},{"a":1,"b":1}])", "[{},1]", "[1]", "[[]]", "[{},{\"a\":1}]"}) {
    CHECK(refusal(body, kJson) == "All object keys must match");
  }
}

TEST_CASE("a body whose columns are named is not looked into") {
  const Payload payload = read("{", kJson, PayloadUse::rows, true);
  CHECK(payload.kind == Payload::Kind::raw);
  CHECK(payload.text == "{");
}

TEST_CASE("deep nesting needs no stack") {
  const std::string body = std::string(200'000, '[') + std::string(200'000, ']');
  CHECK(refusal(body, kJson) == "All object keys must match");
}

TEST_CASE("CSV becomes JSON") {
  CHECK(read("a,b\nbar,baz", "text/csv").text == R"([{"a":"bar","b":"baz"}])");
  CHECK(read("b,a\r\nNULL,\"x,\"\"y\"\"\n\"\r\n\r\n,\"NULL\"\n", "text/csv").text ==
        R"([{"b":null,"a":"x,\"y\"\n"},{"b":"","a":null}])");
  CHECK(read("b,a\n", "text/csv").keys == Names{"a", "b"});
  CHECK(read("a", "text/csv").text == "[]");
  CHECK(refusal("a,b\n1", "text/csv") == "All lines must have same number of fields");
  CHECK(refusal("", "text/csv") == "Empty or invalid csv");
  CHECK(refusal("a\"b", "text/csv") == "Empty or invalid csv");
  CHECK(refusal("\"a", "text/csv") == "Empty or invalid csv");
  CHECK(refusal("\"a\"b", "text/csv") == "Empty or invalid csv");
}

TEST_CASE("forms are a row or the arguments of a function") {
  const std::string_view body = "integer=7&varchar=forms+are%20fun&x&integer=8";
  CHECK(read(body, kForm).text == R"({"integer":"8","varchar":"forms are fun","x":""})");
  const Payload payload = read(body, kForm, PayloadUse::arguments);
  CHECK(payload.kind == Payload::Kind::form);
  CHECK(payload.fields ==
        std::vector<Argument>{{"integer", "7"}, {"varchar", "forms are fun"}, {"x", ""}, {"integer", "8"}});
  CHECK(payload.keys == Names{"integer", "varchar", "x"});
  refusal("a=%", kForm);
}

TEST_CASE("types that only functions take") {
  for (const std::string_view type : {"text/plain", "text/xml", "application/octet-stream"}) {
    CHECK(read("x", type, PayloadUse::arguments).kind == Payload::Kind::raw);
    CHECK(refusal("x", type) == "Content-Type not acceptable: " + std::string(type));
  }
  CHECK(refusal("x", "image/png", PayloadUse::arguments) == "Content-Type not acceptable: image/png");
}
