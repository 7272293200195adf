#include "text/canonical_json.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/json_parse.hpp"
#include "text/json_write.hpp"

using namespace pg_booking;

namespace {

std::string canonical(std::string_view text) {
  json::Document document;
  const auto error = parse_json(text, document);
  return error ? "refused: " + error->message : canonical_json(document);
}

std::string canonical_number(double number) {
  return canonical_json(json::Value(number));
}

}  // namespace

TEST_CASE("RFC 8785 section 3.2: the published example") {
  const char* input = R"({
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  })";
  CHECK(canonical(input) ==
        R"({"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],)"
        R"("string":"€$\u000f\nA'B\"\\\\\"/"})");
}

TEST_CASE("RFC 8785 section 3.2.3: names sort by UTF-16 code units") {
  const char* input = R"({
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis"
  })";
  CHECK(canonical(input) ==
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
        "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
        "\"😀\":\"Emoji: Grinning Face\",\"\uFB33\":\"Hebrew Letter Dalet With Dagesh\"}");
}

TEST_CASE("names sort by UTF-16 code units around the surrogates") {
  // U+10000 is D800 DC00 and U+10FFFF is DBFF DFFF: before U+E000, after U+D7FF.
  CHECK(
      canonical(R"({"\uffff":1,"\udbff\udfff":2,"\ue000":3,"\ud7ff":4,"\ud800\udc00":5,"\ud800\udc01":6})") ==
      "{\"\uD7FF\":4,\"\U00010000\":5,\"\U00010001\":6,\"\U0010FFFF\":2,\"\uE000\":3,\"\uFFFF\":1}");
  CHECK(canonical(R"({"aa":1,"a":2,"":3,"b":4,"a\ue000":5,"a\ud800\udc00":6})") ==
        "{\"\":3,\"a\":2,\"aa\":1,\"a\U00010000\":6,\"a\uE000\":5,\"b\":4}");
}

TEST_CASE("RFC 8785 appendix B: number samples") {
  const std::vector<std::pair<uint64_t, std::string_view>> samples = {
      {0x0000000000000000, "0"},
      {0x8000000000000000, "0"},
      {0x0000000000000001, "5e-324"},
      {0x8000000000000001, "-5e-324"},
      {0x7fefffffffffffff, "1.7976931348623157e+308"},
      {0xffefffffffffffff, "-1.7976931348623157e+308"},
      {0x4340000000000000, "9007199254740992"},
      {0xc340000000000000, "-9007199254740992"},
      {0x4430000000000000, "295147905179352830000"},
      {0x44b52d02c7e14af5, "9.999999999999997e+22"},
      {0x44b52d02c7e14af6, "1e+23"},
      {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
      {0x444b1ae4d6e2ef4e, "999999999999999700000"},
      {0x444b1ae4d6e2ef4f, "999999999999999900000"},
      {0x444b1ae4d6e2ef50, "1e+21"},
      {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
      {0x3eb0c6f7a0b5ed8d, "0.000001"},
      {0x41b3de4355555553, "333333333.3333332"},
      {0x41b3de4355555554, "333333333.33333325"},
      {0x41b3de4355555555, "333333333.3333333"},
      {0x41b3de4355555556, "333333333.3333334"},
      {0x41b3de4355555557, "333333333.33333343"},
      {0xbecbf647612f3696, "-0.0000033333333333333333"},
      {0x43143ff3c1cb0959, "1424953923781206.2"},
  };
  for (const auto& [bits, text] : samples) CHECK(canonical_number(std::bit_cast<double>(bits)) == text);
}

TEST_CASE("more numbers in ECMAScript's form") {
  const std::vector<std::pair<double, std::string_view>> samples = {
      {1, "1"},
      {-1, "-1"},
      {10, "10"},
      {0.1, "0.1"},
      {-0.5, "-0.5"},
      {100, "100"},
      {1e20, "100000000000000000000"},
      {123456789012345680000.0, "123456789012345680000"},
      {1e21, "1e+21"},
      {1.5e21, "1.5e+21"},
      {1e-6, "0.000001"},
      {1e-7, "1e-7"},
      {1.5e-7, "1.5e-7"},
      {0.00001234, "0.00001234"},
      {9007199254740991.0, "9007199254740991"},
      {2.2250738585072014e-308, "2.2250738585072014e-308"},
      {2e-300, "2e-300"},
  };
  for (const auto& [number, text] : samples) CHECK(canonical_number(number) == text);
  CHECK(canonical_json(json::Value(int64_t{9007199254740991})) == "9007199254740991");
  CHECK(canonical_json(json::Value(-5)) == "-5");
  CHECK(canonical_number(std::numeric_limits<double>::infinity()) == "null");
}

TEST_CASE("numbers of equal value have one form") {
  for (const char* text : {"1", "1.0", "1e0", "10e-1", "0.1E1", "1.000"}) CHECK(canonical(text) == "1");
  for (const char* text : {"0", "-0", "0.0", "-0e5", "0e0", "1e-999"}) CHECK(canonical(text) == "0");
}

TEST_CASE("every finite double survives writing and reading") {
  std::mt19937_64 random(20260512);
  for (int i = 0; i < 20'000; ++i) {
    const auto number = std::bit_cast<double>(random());
    const auto whole = static_cast<double>(static_cast<int64_t>(random()) >> (random() % 63));
    for (const double value : {number, whole, whole / 1000}) {
      if (!(value - value == 0)) continue;  // NaN and infinities
      std::string text = canonical_number(value);
      CAPTURE(text);
      // Whole numbers beyond 2^53 must not look like integers to parse_json.
      if (text.find_first_of(".e") == std::string::npos) text += ".0";
      json::Document document;
      REQUIRE_FALSE(parse_json(text, document));
      CHECK(document.GetDouble() == value);
    }
  }
}

TEST_CASE("canonical_json is idempotent and blind to order and blanks") {
  const std::string once =
      canonical(R"({ "b" : [ 1.50, {"y":"\u00e9","x":null} ], "a":{}, "\ufb33":[], "😀":"/" })");
  CHECK(once == "{\"a\":{},\"b\":[1.5,{\"x\":null,\"y\":\"é\"}],\"😀\":\"/\",\"\uFB33\":[]}");
  CHECK(canonical(once) == once);
  CHECK(canonical(R"({"x":1,"y":[2,3]})") == canonical("{\"y\" :[2 , 3.0],\n\"x\":1e0}"));
  CHECK(canonical(R"({"x":[2,1]})") != canonical(R"({"x":[1,2]})"));
}

TEST_CASE("append_json_string escapes what must be escaped and nothing else") {
  const auto quoted = [](std::string_view text) {
    std::string out = ">";
    append_json_string(out, text);
    return out;
  };
  CHECK(quoted("") == R"(>"")");
  CHECK(quoted("plain") == R"(>"plain")");
  CHECK(quoted("\"") == R"(>"\"")");
  CHECK(quoted("a\"b\\c/d") == R"(>"a\"b\\c/d")");
  CHECK(quoted("\b\f\n\r\t") == R"(>"\b\f\n\r\t")");
  CHECK(quoted(std::string_view("\0\x01\x0b\x1f", 4)) == R"(>"\u0000\u0001\u000b\u001f")");
  CHECK(quoted("\x7f é 😀 \u2028 <>&'") == ">\"\x7f é 😀 \u2028 <>&'\"");
}
