#include "text/json_parse.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/canonical_json.hpp"

using namespace pg_booking;
using namespace std::string_view_literals;

namespace {

struct Refusal {
  std::string_view text;
  std::string_view message_part;
  size_t offset;
};

std::string nested(size_t depth, std::string_view open, std::string_view close) {
  std::string text;
  for (size_t i = 0; i < depth; ++i) text += open;
  for (size_t i = 0; i < depth; ++i) text += close;
  return text;
}

std::string parsed_and_written(std::string_view text) {
  json::Document document;
  const auto error = parse_json(text, document);
  return error ? "refused: " + error->message : canonical_json(document);
}

}  // namespace

TEST_CASE("parse_json accepts what RFC 8259 allows") {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"null", "null"},
      {"true", "true"},
      {"false", "false"},
      {"0", "0"},
      {"-0", "0"},
      {"-0.0", "0"},
      {"42", "42"},
      {"-7", "-7"},
      {"1.0", "1"},
      {"1e0", "1"},
      {"1E+2", "100"},
      {"12.5e-1", "1.25"},
      {"9007199254740991", "9007199254740991"},
      {"-9007199254740991", "-9007199254740991"},
      {"1e300", "1e+300"},
      {"1.7976931348623157e308", "1.7976931348623157e+308"},
      {"1e-400", "0"},
      {"-1e-400", "0"},
      {"1e-99999999999999999999", "0"},
      {"123e-999999999999", "0"},
      {"4.9e-324", "5e-324"},
      {R"("")", R"("")"},
      {R"("a")", R"("a")"},
      {R"("\"\\\/\b\f\n\r\t")", R"("\"\\/\b\f\n\r\t")"},
      {R"("\u00e9\u20AC")", "\"é€\""},
      {R"("\ud83d\ude00")", "\"😀\""},
      {"\"\x7f\"", "\"\x7f\""},
      {"\"\xF4\x8F\xBF\xBF\"", "\"\xF4\x8F\xBF\xBF\""},
      {R"("\u001f")", R"("\u001f")"},
      {"[]", "[]"},
      {"{}", "{}"},
      {" \t\r\n[ 1 , 2 ] \t\r\n", "[1,2]"},
      {R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})", R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})"},
      {R"({"":1})", R"({"":1})"},
      {"{\"\u00e9\":1,\"e\u0301\":2}", "{\"e\u0301\":2,\"\u00e9\":1}"},  // decomposed and composed: two names
      {R"({"a":1,"A":2,"ab":3})", R"({"A":2,"a":1,"ab":3})"},
  };
  for (const auto& [text, canonical] : cases) {
    const std::string input(text);
    CAPTURE(input);
    CHECK(parsed_and_written(text) == canonical);
  }
}

TEST_CASE("parse_json says what it refuses and where") {
  const std::vector<Refusal> cases = {
      {"", "empty", 0},
      {"  ", "empty", 2},
      {"\0"sv, "Invalid value", 0},
      {"\xEF\xBB\xBF{}", "byte order mark", 0},
      {"\xFE\xFF", "Invalid value", 0},
      {"nul", "Invalid value", 3},
      {"True", "Invalid value", 0},
      {"undefined", "Invalid value", 0},
      {"NaN", "Invalid value", 0},
      {"Infinity", "Invalid value", 0},
      {"-Infinity", "Invalid value", 1},
      {"'a'", "Invalid value", 0},
      {"[1,]", "Invalid value", 3},
      {"[1 2]", "comma or ']'", 3},
      {"[1", "comma or ']'", 2},
      {"[", "Invalid value", 1},
      {"]", "Invalid value", 0},
      {R"({"a":1,})", "name for object member", 7},
      {R"({a:1})", "name for object member", 1},
      {R"({1:1})", "name for object member", 1},
      {R"({"a" 1})", "colon", 5},
      {R"({"a":1 "b":2})", "comma or '}'", 7},
      {R"({"a":1)", "comma or '}'", 6},
      {R"({"a":})", "Invalid value", 5},
      {"// comment\n1", "Invalid value", 0},
      {"[1/**/]", "comma or ']'", 2},
      {"1 2", "followed by other values", 2},
      {"{}x", "followed by other values", 2},
      {"1\0"sv, "followed by other values", 1},
      {"{}\0{}"sv, "followed by other values", 2},
      {"[1,\0]"sv, "Invalid value", 3},
  };
  for (const Refusal& refusal : cases) {
    CAPTURE(std::string(refusal.text));
    json::Document document;
    const auto error = parse_json(refusal.text, document);
    REQUIRE(error.has_value());
    CAPTURE(error->message);
    CHECK(error->message.find(refusal.message_part) != std::string::npos);
    CHECK(error->offset == refusal.offset);
    CHECK(document.IsNull());
  }
}

TEST_CASE("parse_json refuses malformed numbers") {
  for (const std::string_view text : {"+1"sv, "01"sv, "-01"sv, "-"sv, "1."sv, ".5"sv, "1.e1"sv, "1e"sv,
                                      "1e+"sv, "1e1.5"sv, "0x10"sv, "1_000"sv, "--1"sv, "1,0"sv, "١"sv}) {
    CAPTURE(std::string(text));
    json::Document document;
    CHECK(parse_json(text, document).has_value());
  }
}

TEST_CASE("parse_json refuses numbers that would change their value") {
  const std::vector<Refusal> cases = {
      {"9007199254740992", "2^53", 0},
      {"-9007199254740992", "2^53", 0},
      {"[1,  9007199254740993]", "2^53", 5},
      {R"({"id":18446744073709551615})", "2^53", 6},
      {"18446744073709551616", "2^53", 0},
      {"-9223372036854775809", "2^53", 0},
      {"99999999999999999999999999999999999999999999", "2^53", 0},
      {"1e309", "too big", 0},
      {"-1e309", "too big", 0},
      {"1.8e308", "too big", 0},
      {"[-1.8e308]", "too big", 1},
      {"0.9e309", "too big", 0},
      {"1e99999999999999999999", "too big", 0},
  };
  for (const Refusal& refusal : cases) {
    CAPTURE(std::string(refusal.text));
    json::Document document;
    const auto error = parse_json(refusal.text, document);
    REQUIRE(error.has_value());
    CAPTURE(error->message);
    CHECK(error->message.find(refusal.message_part) != std::string::npos);
    CHECK(error->offset == refusal.offset);
  }
}

TEST_CASE("parse_json tells integers from other numbers") {
  json::Document document;
  REQUIRE_FALSE(parse_json("[1, -1, 9007199254740991, 1.0, 1e0]", document));
  CHECK(document[0].IsInt());
  CHECK(document[1].IsInt());
  CHECK(document[2].IsInt64());
  CHECK(document[3].IsDouble());
  CHECK(document[4].IsDouble());
}

TEST_CASE("parse_json converts decimals correctly rounded") {
  json::Document document;
  REQUIRE_FALSE(
      parse_json("[0.1, 123456789.123456789, 2.2250738585072011e-308, 9007199254740993.0, "
                 "8.41e21, 1.00000000000000011102230246251565404236316680908203126]",
                 document));
  CHECK(document[0].GetDouble() == 0.1);
  CHECK(document[1].GetDouble() == 123456789.123456789);
  CHECK(document[2].GetDouble() == 2.2250738585072011e-308);
  CHECK(document[3].GetDouble() == 9007199254740992.0);
  CHECK(document[4].GetDouble() == 8.41e21);
  CHECK(document[5].GetDouble() == 1.0000000000000002);
}

TEST_CASE("parse_json tells too small from too big") {
  const std::string zeros(400, '0');
  CHECK(parsed_and_written("0." + zeros + "1") == "0");
  CHECK(parsed_and_written("0." + zeros + "1e10") == "0");
  CHECK(parsed_and_written("0." + zeros + "1e401") == "1");
  CHECK(parsed_and_written("-0." + zeros + "5E-3") == "0");
  CHECK(parsed_and_written("0." + zeros + "9e710") == "refused: Number too big to be stored in double.");
  CHECK(parsed_and_written("1" + zeros + ".0").starts_with("refused"));
  CHECK(parsed_and_written("1" + zeros.substr(0, 308) + ".0") == "1e+308");
  CHECK(parsed_and_written("9" + zeros.substr(0, 308) + ".0").starts_with("refused"));
}

TEST_CASE("parse_json refuses bytes that are not UTF-8") {
  const std::vector<Refusal> cases = {
      {"\"\x80\"", "encoding", 1},
      {"\"a\xC3\"", "encoding", 2},
      {"\"\xC0\x80\"", "encoding", 1},
      {"\"\xC1\xBF\"", "encoding", 1},
      {"\"\xE0\x9F\xBF\"", "encoding", 1},
      {"\"\xED\xA0\x80\"", "encoding", 1},
      {"\"\xF0\x8F\xBF\xBF\"", "encoding", 1},
      {"\"\xF4\x90\x80\x80\"", "encoding", 1},
      {"\"\xF5\x80\x80\x80\"", "encoding", 1},
      {"{\"\xFF\":1}", "encoding", 2},
      {"[\"ok\",\"\xE2\x82", "encoding", 7},
  };
  for (const Refusal& refusal : cases) {
    CAPTURE(std::string(refusal.text));
    json::Document document;
    const auto error = parse_json(refusal.text, document);
    REQUIRE(error.has_value());
    CAPTURE(error->message);
    CHECK(error->message.find(refusal.message_part) != std::string::npos);
    CHECK(error->offset == refusal.offset);
  }
}

TEST_CASE("parse_json refuses strings that PostgreSQL or UTF-16 cannot hold") {
  const std::vector<Refusal> cases = {
      {R"("\u0000")", "U+0000", 8},
      {R"(["ab\u0000cd"])", "U+0000", 13},
      {R"({"\u0000":1})", "U+0000", 9},
      {"\"a\0b\""sv, "quotation mark", 2},
      {R"("\ud800")", "surrogate", 1},
      {R"("\udbff\ud800")", "surrogate", 1},
      {R"("\ud800x")", "surrogate", 1},
      {R"("\udc00")", "surrogate", 8},
      {R"("\ude00\ud83d")", "surrogate", 7},
      {R"({"\udfff":1})", "surrogate", 9},
      {R"("\u12g4")", "hex digit", 1},
      {R"("\x41")", "escape", 1},
      {"\"a\nb\"", "escape", 2},
      {"\"\x1f\"", "escape", 1},
      {"\"abc", "quotation mark", 4},
      {"\"abc\\\"", "quotation mark", 6},
  };
  for (const Refusal& refusal : cases) {
    CAPTURE(std::string(refusal.text));
    json::Document document;
    const auto error = parse_json(refusal.text, document);
    REQUIRE(error.has_value());
    CAPTURE(error->message);
    CHECK(error->message.find(refusal.message_part) != std::string::npos);
    CHECK(error->offset == refusal.offset);
  }
}

TEST_CASE("parse_json refuses duplicate names in any object, after unescaping") {
  const std::vector<Refusal> cases = {
      {R"({"a":1,"a":2})", "same name", 10},
      {R"({"a":1,"b":{},"\u0061":2})", "same name", 22},
      {R"([{"x":[{"b":1,"c":2,"b":3}]}])", "same name", 23},
      {R"({"":1,"":1})", "same name", 8},
      {R"({"a":{"a":1},"b":1,"a":0})", "same name", 22},
  };
  for (const Refusal& refusal : cases) {
    CAPTURE(std::string(refusal.text));
    json::Document document;
    const auto error = parse_json(refusal.text, document);
    REQUIRE(error.has_value());
    CHECK(error->message.find(refusal.message_part) != std::string::npos);
    CHECK(error->offset == refusal.offset);
  }
}

TEST_CASE("parse_json handles objects of many members") {
  std::string text = "{";
  for (int i = 0; i < 100'000; ++i)
    text += (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + "\":" + std::to_string(i);
  json::Document document;
  REQUIRE_FALSE(parse_json(text + "}", document));
  CHECK(document.MemberCount() == 100'000);
  CHECK(parse_json(text + ",\"m777\":1}", document).has_value());
}

TEST_CASE("parse_json allows 64 levels and no more") {
  json::Document document;
  CHECK_FALSE(parse_json(nested(64, "[", "]"), document));
  CHECK_FALSE(parse_json(nested(63, "{\"a\":", "}").insert(63 * 5, "{}"), document));
  const auto arrays = parse_json(nested(65, "[", "]"), document);
  REQUIRE(arrays.has_value());
  CHECK(arrays->message.find("nested too deeply") != std::string::npos);
  CHECK(arrays->offset == 64);
  const auto endless = parse_json(std::string(2'000'000, '['), document);
  REQUIRE(endless.has_value());
  CHECK(endless->offset == 64);
  // Depth, not number.
  std::string many = "[";
  for (int i = 0; i < 1000; ++i) many += "[{}],";
  CHECK_FALSE(parse_json(many + "[]]", document));
}

TEST_CASE("a document can be used again, after failures too") {
  json::Document document;
  CHECK(parse_json("[1,", document).has_value());
  CHECK_FALSE(parse_json("{\"a\":1}", document));
  CHECK(document["a"].GetInt() == 1);
  CHECK(parse_json("{\"a\":1,\"a\":1}", document).has_value());
  CHECK(document.IsNull());
  CHECK_FALSE(parse_json("\"x\"", document));
  CHECK(document.GetString() == std::string("x"));
}

TEST_CASE("misuse of a JSON value throws instead of aborting") {
  json::Document document;
  REQUIRE_FALSE(parse_json("{\"a\":\"x\"}", document));
  CHECK_THROWS_AS(document["a"].GetInt(), std::logic_error);
}
