#include "text/url.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace pg_booking;
using namespace std::string_view_literals;

namespace {

using Strings = std::vector<std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Good {
  std::string_view target;
  std::string path;
  Strings segments;
  Pairs query;
};

Pairs pairs(const Target& target) {
  Pairs result;
  for (const QueryParameter& parameter : target.query) result.emplace_back(parameter.name, parameter.value);
  return result;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    constexpr std::string_view kHexDigits = "0123456789ABCDEF";
    out += '%';
    out += kHexDigits[static_cast<unsigned char>(c) >> 4];
    out += kHexDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

}  // namespace

TEST_CASE("parse_target splits and decodes") {
  const std::vector<Good> cases = {
      {"/", "/", {""}, {}},
      {"/v1", "/v1", {"v1"}, {}},
      {"/v1/bookings", "/v1/bookings", {"v1", "bookings"}, {}},
      {"/v1/", "/v1/", {"v1", ""}, {}},
      {"//v1", "//v1", {"", "v1"}, {}},
      {"/a//b", "/a//b", {"a", "", "b"}, {}},
      {"/a%2Fb/c", "/a%2Fb/c", {"a/b", "c"}, {}},
      {"/a%2fb%3Fc", "/a%2fb%3Fc", {"a/b?c"}, {}},
      {"/a+b", "/a+b", {"a+b"}, {}},
      {"/../%2e%2E/.", "/../%2e%2E/.", {"..", "..", "."}, {}},
      {"/caf%C3%A9", "/caf%C3%A9", {"café"}, {}},
      {"/café", "/café", {"café"}, {}},
      {"/%25", "/%25", {"%"}, {}},
      {"/%2525", "/%2525", {"%25"}, {}},
      {"/x?", "/x", {"x"}, {}},
      {"/x?&&", "/x", {"x"}, {}},
      {"/x?a", "/x", {"x"}, {{"a", ""}}},
      {"/x?a=", "/x", {"x"}, {{"a", ""}}},
      {"/x?=a", "/x", {"x"}, {{"", "a"}}},
      {"/x?a=1&b=2", "/x", {"x"}, {{"a", "1"}, {"b", "2"}}},
      {"/x?a=1&a=2&A=3", "/x", {"x"}, {{"a", "1"}, {"a", "2"}, {"A", "3"}}},
      {"/x?a=b=c", "/x", {"x"}, {{"a", "b=c"}}},
      {"/x?a=1;b=2", "/x", {"x"}, {{"a", "1;b=2"}}},
      {"/x?a=b?c/d", "/x", {"x"}, {{"a", "b?c/d"}}},
      {"/x?a+b=c+d%2B", "/x", {"x"}, {{"a b", "c d+"}}},
      {"/x?%61%26=%3D%26%23", "/x", {"x"}, {{"a&", "=&#"}}},
      {"/x?or=(a.eq.1,b.in.(\"x\",y))", "/x", {"x"}, {{"or", "(a.eq.1,b.in.(\"x\",y))"}}},
      {"/x?e=%F0%9F%98%80%0A", "/x", {"x"}, {{"e", "😀\n"}}},
  };
  for (const Good& good : cases) {
    CAPTURE(std::string(good.target));
    const auto target = parse_target(good.target);
    REQUIRE(target.has_value());
    CHECK(target->path == good.path);
    CHECK(target->segments == good.segments);
    CHECK(pairs(*target) == good.query);
  }
}

TEST_CASE("parse_target refuses what no client means") {
  for (const std::string_view target :
       {""sv,          "v1"sv,         "?a=1"sv,         "*"sv,     "http://host/v1"sv, " /v1"sv,
        "/a#b"sv,      "/a?b#c"sv,     "/a%"sv,          "/a%4"sv,  "/a%4g"sv,          "/a%g4"sv,
        "/a%%20"sv,    "/a?b=%"sv,     "/a?%zz=1"sv,     "/a%00"sv, "/a?b=%00"sv,       "/a?%00=b"sv,
        "/a\0b"sv,     "/a\nb"sv,      "/a\rb"sv,        "/a\tb"sv, "/a\x7f"sv,         "/a%C3"sv,
        "/a%C3/%A9"sv, "/%C0%AF"sv,    "/%ED%A0%80"sv,   "/%FF"sv,  "/\xFF"sv,          "/a?b=%E2%82"sv,
        "/a?b=\x80"sv, "/a?%C3=%A9"sv, "/%F4%90%80%80"sv}) {
    CAPTURE(std::string(target));
    CHECK_FALSE(parse_target(target).has_value());
  }
}

TEST_CASE("find_query and count_query see repeats") {
  const auto target = parse_target("/x?a=1&b=2&a=3&c");
  REQUIRE(target.has_value());
  REQUIRE(find_query(*target, "a") != nullptr);
  CHECK(*find_query(*target, "a") == "1");
  CHECK(find_query(*target, "c")->empty());
  CHECK(find_query(*target, "A") == nullptr);
  CHECK(find_query(*target, "") == nullptr);
  CHECK(count_query(*target, "a") == 2);
  CHECK(count_query(*target, "b") == 1);
  CHECK(count_query(*target, "z") == 0);
}

TEST_CASE("what was percent-encoded comes back") {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (unsigned n = random() % 20; n > 0; --n) text += static_cast<char>(1 + random() % 127);
    if (random() % 2) text += "é😀";
    const auto target =
        parse_target("/" + percent_encode(text) + "?x" + percent_encode(text) + "=" + percent_encode(text));
    REQUIRE(target.has_value());
    CHECK(target->segments == Strings{text});
    CHECK(pairs(*target) == Pairs{{"x" + text, text}});
  }
}

TEST_CASE("is_valid_utf8 follows Unicode table 3-7") {
  for (const std::string_view text :
       {""sv, "a"sv, "\0"sv, "\x7f"sv, "\xC2\x80"sv, "\xDF\xBF"sv, "\xE0\xA0\x80"sv, "\xED\x9F\xBF"sv,
        "\xEE\x80\x80"sv, "\xEF\xBF\xBF"sv, "\xF0\x90\x80\x80"sv, "\xF4\x8F\xBF\xBF"sv,
        "seven b\xC3\xA9 and more than that"sv}) {
    CHECK(is_valid_utf8(text));
  }
  for (const std::string_view text : {"\x80"sv,
                                      "\xBF"sv,
                                      "\xC0\x80"sv,
                                      "\xC1\xBF"sv,
                                      "\xC2"sv,
                                      "\xC2\x7F"sv,
                                      "\xC2\xC0"sv,
                                      "\xE0\x9F\xBF"sv,
                                      "\xE1\x80"sv,
                                      "\xE1\x80\x7F"sv,
                                      "\xED\xA0\x80"sv,
                                      "\xED\xBF\xBF"sv,
                                      "\xF0\x8F\xBF\xBF"sv,
                                      "\xF0\x90\x80"sv,
                                      "\xF4\x90\x80\x80"sv,
                                      "\xF5\x80\x80\x80"sv,
                                      "\xFF"sv,
                                      "12345678\x80"sv,
                                      "1234567\xC3"sv,
                                      "12345678 12345678\xE2\x82"sv}) {
    CHECK_FALSE(is_valid_utf8(text));
  }
}
