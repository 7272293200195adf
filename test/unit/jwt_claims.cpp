#include "engine/jwt/claims.hpp"

#include <doctest/doctest.h>

#include <string>

#include "engine/jwt/token_cache.hpp"
#include "text/json_parse.hpp"

using namespace pg_booking;
using namespace pg_booking::jwt;

namespace {

constexpr int64_t kNow = 1'800'000'000;

std::variant<Claims, Fault> read(std::string_view payload, std::string_view path = "$.role") {
  return read_claims(payload, *ClaimPath::parse(path));
}

Claims claims_of(std::string_view payload, std::string_view path = "$.role") {
  const auto outcome = read(payload, path);
  REQUIRE(std::holds_alternative<Claims>(outcome));
  return std::get<Claims>(outcome);
}

Fault fault_of(std::string_view payload) {
  const auto outcome = read(payload);
  REQUIRE(std::holds_alternative<Fault>(outcome));
  return std::get<Fault>(outcome);
}

std::optional<Fault> check(std::string_view payload, const ClaimRules& rules = {}) {
  return check_claims(claims_of(payload), rules, kNow);
}

std::string with_number(const char* name, int64_t value) {
  return std::string("{\"") + name + "\":" + std::to_string(value) + "}";
}

std::string found(std::string_view path, std::string_view claims) {
  const std::optional<ClaimPath> parsed = ClaimPath::parse(path);
  REQUIRE(parsed.has_value());
  json::Document document;
  REQUIRE_FALSE(parse_json(claims, document).has_value());
  const json::Value* const value = parsed->find(document);
  if (value == nullptr) return "nothing";
  return value->IsString() ? value->GetString() : "no text";
}

}  // namespace

TEST_CASE("claims: times, with thirty seconds for clocks that differ") {
  CHECK(check(with_number("exp", kNow)) == std::nullopt);
  CHECK(check(with_number("exp", kNow - 30)) == std::nullopt);
  CHECK(check(with_number("exp", kNow - 31)) == Fault::expired);
  CHECK(check(with_number("nbf", kNow + 30)) == std::nullopt);
  CHECK(check(with_number("nbf", kNow + 31)) == Fault::not_yet_valid);
  CHECK(check(with_number("iat", kNow + 30)) == std::nullopt);
  CHECK(check(with_number("iat", kNow + 31)) == Fault::issued_in_future);
  CHECK(check(R"({"exp":1800000000.75})") == std::nullopt);
  CHECK(check(R"({"exp":1e300})") == std::nullopt);
  CHECK(check(R"({"nbf":1e300})") == Fault::not_yet_valid);
  CHECK(check(R"({"exp":0})") == Fault::expired);
  CHECK(check("{}") == std::nullopt);
  CHECK(check(R"({"exp":null,"nbf":null,"iat":null,"aud":null})") == std::nullopt);
}

TEST_CASE("claims: times that are no numbers") {
  for (const char* const value :
       {R"("1800000000")", "true", "[]", "{}", R"("")", "-1", "-0.5", R"("NaN")", "-1e300"}) {
    CAPTURE(value);
    CHECK(fault_of(std::string(R"({"exp":)") + value + "}") == Fault::exp_not_a_number);
    CHECK(fault_of(std::string(R"({"nbf":)") + value + "}") == Fault::nbf_not_a_number);
    CHECK(fault_of(std::string(R"({"iat":)") + value + "}") == Fault::iat_not_a_number);
  }
  for (const char* const value : {"1e400", "NaN", "Infinity", "99999999999999999999", "0x10", "01"}) {
    CAPTURE(value);
    CHECK(fault_of(std::string(R"({"exp":)") + value + "}") == Fault::bad_claims);
  }
}

TEST_CASE("claims: the audience") {
  const ClaimRules rules{"me", false};
  CHECK(check(R"({"aud":"you"})") == std::nullopt);
  CHECK(check(R"({"aud":"me"})", rules) == std::nullopt);
  CHECK(check(R"({"aud":["you","me"]})", rules) == std::nullopt);
  CHECK(check(R"({"aud":"you"})", rules) == Fault::wrong_audience);
  CHECK(check(R"({"aud":""})", rules) == Fault::wrong_audience);
  CHECK(check(R"({"aud":"Me"})", rules) == Fault::wrong_audience);
  CHECK(check(R"({"aud":["you","them"]})", rules) == Fault::wrong_audience);
  CHECK(check(R"({"aud":[]})", rules) == std::nullopt);
  CHECK(check("{}", rules) == std::nullopt);
  CHECK(fault_of(R"({"aud":1})") == Fault::aud_not_strings);
  CHECK(fault_of(R"({"aud":{"a":"me"}})") == Fault::aud_not_strings);
  CHECK(fault_of(R"({"aud":["me",1]})") == Fault::aud_not_strings);
}

TEST_CASE("claims: strict rules demand what is missing") {
  const ClaimRules strict{"me", true};
  CHECK(check(R"({"exp":1800000000,"aud":"me"})", strict) == std::nullopt);
  CHECK(check(R"({"aud":"me"})", strict) == Fault::exp_missing);
  CHECK(check(R"({"exp":null,"aud":"me"})", strict) == Fault::exp_missing);
  CHECK(check(R"({"exp":1800000000})", strict) == Fault::aud_missing);
  CHECK(check(R"({"exp":1800000000,"aud":[]})", strict) == Fault::aud_missing);
  CHECK(check(R"({"exp":1800000000})", {"", true}) == std::nullopt);
}

TEST_CASE("claims: role and subject") {
  CHECK(claims_of(R"({"role":"editor"})").role == "editor");
  CHECK(claims_of(R"({"role":null})").role == std::nullopt);
  CHECK(claims_of("{}").role == std::nullopt);
  CHECK(claims_of(R"({"role":["editor"]})").role == R"(["editor"])");
  CHECK(claims_of(R"({ "app" : {"role":"editor"} })", "$.app.role").json ==
        R"({"app":{"role":"editor"},"role":"editor"})");
  CHECK(claims_of(R"({"role":"admin","x":1})", "$.app.role").json == R"({"x":1})");
  CHECK(claims_of(R"({"sub":"01890A5D-ac96-774b-bcce-b302099a8057"})").subject.has_value());
  CHECK_FALSE(claims_of(R"({"sub":"joe"})").subject.has_value());
  CHECK_FALSE(claims_of(R"({"sub":1})").subject.has_value());
  CHECK(add_role("{}", "anon") == R"({"role":"anon"})");
  CHECK(add_role(R"({"x":1})", "a\"b") == R"({"x":1,"role":"a\"b"})");
}

TEST_CASE("claim paths: RFC 9535") {
  const std::string_view claims =
      R"({"role":"a","x-y":"b","app":{"roles":["c","d","editor"],"list":[{"name":"e"},{"name":"f","on":"yes"}]},)"
      R"("https://x/r":["g"],"it's":"h"})";
  CHECK(found("$.role", claims) == "a");
  CHECK(found("$['role']", claims) == "a");
  CHECK(found("$[\"x-y\"]", claims) == "b");
  CHECK(found("$['https://x/r'][0]", claims) == "g");
  CHECK(found("$['it\\'s']", claims) == "h");
  CHECK(found("$.app.roles[0]", claims) == "c");
  CHECK(found("$.app.roles[-1]", claims) == "editor");
  CHECK(found("$.app.roles[3]", claims) == "nothing");
  CHECK(found("$.app.roles[-4]", claims) == "nothing");
  CHECK(found("$.app.roles[*]", claims) == "c");
  CHECK(found("$.*", claims) == "a");
  CHECK(found("$.app.roles[?(@ == \"editor\")]", claims) == "editor");
  CHECK(found("$.app.roles[?@=='d']", claims) == "d");
  CHECK(found("$.app.roles[? @ != 'c' ]", claims) == "d");
  CHECK(found("$.app.list[?@.on == 'yes'].name", claims) == "f");
  CHECK(found("$.app.list[?@.on].name", claims) == "f");
  CHECK(found("$.app.list[?@['name'] == 'e'].name", claims) == "e");
  CHECK(found("$.app.roles[?@ == 'nobody']", claims) == "nothing");
  CHECK(found("$.app.roles.name", claims) == "nothing");
  CHECK(found("$.role[0]", claims) == "nothing");
  CHECK(found("$.app", claims) == "no text");
}

TEST_CASE("claim paths: the older form") {
  const std::string_view claims =
      R"({"role":"a","x-y":"b","app":{"roles":[1,"cat","dog","doghouse"]},"$me@":"m"})";
  CHECK(found(".role", claims) == "a");
  CHECK(found(".\"x-y\"", claims) == "b");
  CHECK(found(".$me@", claims) == "m");
  CHECK(found(".app.roles[1]", claims) == "cat");
  CHECK(found(".app.roles[?(@ == \"dog\")]", claims) == "dog");
  CHECK(found(".app.roles[?(@ != \"cat\")]", claims) == "dog");
  CHECK(found(".app.roles[?(@ ^== \"do\")]", claims) == "dog");
  CHECK(found(".app.roles[?(@ ==^ \"house\")]", claims) == "doghouse");
  CHECK(found(".app.roles[?(@ *== \"gh\")]", claims) == "doghouse");
  CHECK(found(".app.roles[?(@ == \"cow\")]", claims) == "nothing");
}

TEST_CASE("claim paths: what is none") {
  for (const char* const path : {"",
                                 "$",
                                 "role",
                                 "$role",
                                 "$.",
                                 "$..role",
                                 "$.role.",
                                 "$.x-y",
                                 "$.1a",
                                 "$[",
                                 "$[]",
                                 "$['role'",
                                 "$['role]",
                                 "$[1.5]",
                                 "$[a]",
                                 "$[?]",
                                 "$[?@]",
                                 "$[?@ == ]",
                                 "$[?@ == 'a'",
                                 "$[?(@ == 'a']",
                                 "$[?@ ^== 'a']",
                                 "$[?@ < 'a']",
                                 "$[?@ == 'a' && @ == 'b']",
                                 "$.role extra",
                                 ".",
                                 ".x-y",
                                 ".a[-1]",
                                 ".a['b']",
                                 ".a[?(@ == 'b')]",
                                 ".a[?(@ == \"b\")].c",
                                 ".a[?(@.b == \"c\")]",
                                 ".a[*]",
                                 "$[99999999999]",
                                 "$['a\\n']"}) {
    CAPTURE(path);
    CHECK_FALSE(ClaimPath::parse(path).has_value());
  }
  std::string long_path = "$";
  for (int i = 0; i < 33; ++i) long_path += ".a";
  CHECK_FALSE(ClaimPath::parse(long_path).has_value());
}

TEST_CASE("token cache: bounded, and what is in use stays") {
  TokenCache cache;
  const auto insert = [&](const std::string& token) {
    cache.insert(token, claims_of(R"({"role":")" + token + "\"}"));
  };
  insert("a");
  CHECK(cache.size() == 0);
  cache.set_capacity(3);
  for (const char* const token : {"a", "b", "c"}) insert(token);
  REQUIRE(cache.find("a") != nullptr);
  CHECK(cache.find("a")->role == "a");
  CHECK(cache.find("x") == nullptr);
  insert("d");  // b was not asked for
  CHECK(cache.size() == 3);
  CHECK(cache.find("b") == nullptr);
  CHECK(cache.find("a") != nullptr);
  // Many tokens that are seen once pass through; the one in use stays.
  for (int i = 0; i < 1000; ++i) {
    insert("once " + std::to_string(i));
    CHECK(cache.find("a") != nullptr);
    CHECK(cache.size() == 3);
  }
  cache.set_capacity(1);
  CHECK(cache.size() == 1);
  cache.clear();
  CHECK(cache.find("a") == nullptr);
  insert("e");
  CHECK(cache.find("e") != nullptr);
  cache.set_capacity(0);
  CHECK(cache.size() == 0);
}
