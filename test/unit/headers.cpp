#include "text/headers.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace pg_booking;
using namespace std::string_view_literals;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs fields(std::string_view block) {
  Pairs result;
  for (const HeaderField& field : parse_header_block(block)) result.emplace_back(field.name, field.value);
  return result;
}

}  // namespace

TEST_CASE("parse_header_block splits lines") {
  CHECK(fields("").empty());
  CHECK(fields("\n\r\n\n").empty());
  CHECK(fields("a: 1\nb: 2\n") == Pairs{{"a", "1"}, {"b", "2"}});
  CHECK(fields("a: 1\r\nb: 2") == Pairs{{"a", "1"}, {"b", "2"}});
  CHECK(fields("a:1\n\nb:\t 2 \t\n") == Pairs{{"a", "1"}, {"b", "2"}});
  CHECK(fields("a:\nb:  \n") == Pairs{{"a", ""}, {"b", ""}});
  CHECK(fields("a: x: y\n") == Pairs{{"a", "x: y"}});
  CHECK(fields("host: [::1]:8080\n") == Pairs{{"host", "[::1]:8080"}});
  CHECK(fields("a: 1\na: 2\n") == Pairs{{"a", "1"}, {"a", "2"}});
  CHECK(fields("no colon\n: no name\nb: 2\n") == Pairs{{"b", "2"}});
  CHECK(fields("a: é  ü\n") == Pairs{{"a", "é  ü"}});
}

TEST_CASE("find_header and count_header ignore the fields' case") {
  const auto headers = parse_header_block("Content-Type: application/json\nx-a: 1\nX-A: 2\nx-a : 3\n");
  CHECK(find_header(headers, "content-type") == "application/json"sv);
  CHECK(find_header(headers, "x-a") == "1"sv);
  CHECK(count_header(headers, "x-a") == 2);  // a blank before the colon is another name
  CHECK_FALSE(find_header(headers, "x").has_value());
  CHECK_FALSE(find_header(headers, "").has_value());
  CHECK(count_header(headers, "accept") == 0);
  const auto empty = parse_header_block("a:\n");
  REQUIRE(find_header(empty, "a").has_value());
  CHECK(find_header(empty, "a")->empty());
}

TEST_CASE("parse_media_type accepts RFC 9110's grammar") {
  struct Good {
    std::string_view value;
    std::string type, charset;
  };
  const std::vector<Good> cases = {
      {"application/json", "application/json", ""},
      {"Application/JSON", "application/json", ""},
      {"  application/json  ", "application/json", ""},
      {"application/json; charset=utf-8", "application/json", "utf-8"},
      {"application/json;charset=UTF-8", "application/json", "utf-8"},
      {"application/json ; CharSet=\"UTF-8\" ", "application/json", "utf-8"},
      {"application/json; charset=\"ut\\f-8\"", "application/json", "utf-8"},
      {"application/vnd.pgrst.object+json;nulls=stripped", "application/vnd.pgrst.object+json", ""},
      {"text/plain; a=\"x;charset=evil\"; charset=ascii", "text/plain", "ascii"},
      {"text/plain;", "text/plain", ""},
      {"text/plain; ; charset=x ;", "text/plain", "x"},
      {"multipart/form-data; boundary=----x", "multipart/form-data", ""},
      {"*/*", "*/*", ""},
  };
  for (const Good& good : cases) {
    CAPTURE(std::string(good.value));
    const auto media_type = parse_media_type(good.value);
    REQUIRE(media_type.has_value());
    CHECK(media_type->type == good.type);
    CHECK(media_type->charset == good.charset);
  }
}

TEST_CASE("parse_media_type refuses what is malformed") {
  for (const std::string_view value : {""sv,
                                       " "sv,
                                       "json"sv,
                                       "/json"sv,
                                       "application/"sv,
                                       "application"sv,
                                       "application/json utf-8"sv,
                                       "application /json"sv,
                                       "application/ json"sv,
                                       "application/json, text/plain"sv,
                                       "application/json; charset"sv,
                                       "application/json; charset="sv,
                                       "application/json; charset =utf-8"sv,
                                       "application/json; charset= utf-8"sv,
                                       "application/json; charset=\"\""sv,
                                       "application/json; charset=\"utf-8"sv,
                                       "application/json; charset=\"utf-8\\"sv,
                                       "application/json; =utf-8"sv,
                                       "application/json; charset=utf-8; charset=utf-8"sv,
                                       "application/json; charset=utf-8 x"sv,
                                       "a/b/c"sv,
                                       "a/b\0"sv,
                                       "a/b; c=\"\x01\""sv,
                                       "ä/b"sv}) {
    CAPTURE(std::string(value));
    CHECK_FALSE(parse_media_type(value).has_value());
  }
}

TEST_CASE("bearer_token finds exactly one token68") {
  CHECK(bearer_token("Bearer abc") == "abc"sv);
  CHECK(bearer_token("bearer abc") == "abc"sv);
  CHECK(bearer_token("BEARER   abc") == "abc"sv);
  CHECK(bearer_token("Bearer a-._~+/Z9==") == "a-._~+/Z9=="sv);
  CHECK(bearer_token("Bearer eyJh.eyJz.c2ln_-") == "eyJh.eyJz.c2ln_-"sv);
  for (const std::string_view value :
       {""sv, "Bearer"sv, "Bearer "sv, "Bearer   "sv, "Bearerabc"sv, "Bearer\tabc"sv, "Basic abc"sv,
        " Bearer abc"sv, "Bearer abc "sv, "Bearer abc def"sv, "Bearer abc,def"sv, "Bearer ="sv,
        "Bearer a=b"sv, "Bearer \"abc\""sv, "Bearer abc\0"sv, "Bearer ä"sv, "Bear"sv, "Token abc"sv}) {
    CAPTURE(std::string(value));
    CHECK_FALSE(bearer_token(value).has_value());
  }
}
