// The list of tokens that must be refused (RFC 8725 and the attacks of the years since), and those that must
// not.
#include "engine/jwt/token.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "jwt_vectors.hpp"
#include "text/base64.hpp"
#include "text/json_parse.hpp"

using namespace pg_booking;
using namespace pg_booking::jwt;

namespace {

const ClaimPath kRolePath = *ClaimPath::parse("$.role");
constexpr std::string_view kEditor = R"({"role":"editor"})";

Key key_of(std::string_view jwk) {
  json::Document document;
  REQUIRE_FALSE(parse_json(jwk, document).has_value());
  return Key(document);
}

std::vector<TrustedKey> trust(Key key, std::vector<std::string> roles = {}) {
  std::vector<TrustedKey> keys;
  keys.push_back({std::move(key), std::move(roles)});
  return keys;
}

Key secret() {
  return Key::from_secret(std::string(32, 's'));
}

/// A token of any header and payload with a right signature, whatever the header says of the algorithm.
std::string signed_token(std::string_view header, std::string_view payload, const Key& key) {
  std::string token = encode_base64url(header) + '.' + encode_base64url(payload);
  return token + '.' + encode_base64url(key.sign(token));
}

std::string hs256(std::string_view payload) {
  return signed_token(R"({"alg":"HS256"})", payload, secret());
}

Fault fault_of(std::string_view token, const std::vector<TrustedKey>& keys) {
  const auto outcome = verify_token(token, keys, kRolePath);
  REQUIRE(std::holds_alternative<Refusal>(outcome));
  return std::get<Refusal>(outcome).fault;
}

/// Of a token with this header, signed with the secret that is trusted.
Fault fault_of_header(std::string_view header) {
  return fault_of(signed_token(header, kEditor, secret()), trust(secret()));
}

bool is_accepted(std::string_view token, const std::vector<TrustedKey>& keys) {
  return std::holds_alternative<Claims>(verify_token(token, keys, kRolePath));
}

}  // namespace

TEST_CASE("tokens: those of another implementation, for every algorithm") {
  for (const test::Vector& vector : test::kVectors) {
    CAPTURE(vector.algorithm);
    const std::vector<TrustedKey> keys = trust(key_of(vector.key));
    const auto outcome = verify_token(vector.token, keys, kRolePath);
    REQUIRE(std::holds_alternative<Claims>(outcome));
    CHECK(std::get<Claims>(outcome).role == "editor");
    CHECK(std::get<Claims>(outcome).subject.has_value());
    // Any other signature of the same length, and every other vector's.
    std::string changed(vector.token);
    char& digit = changed[changed.size() - 20];
    digit = digit == 'A' ? 'B' : 'A';
    CHECK(fault_of(changed, keys) == Fault::not_verified);
    for (const test::Vector& other : test::kVectors)
      if (other.key != vector.key) CHECK_FALSE(is_accepted(other.token, keys));
  }
}

TEST_CASE("tokens: alg none, in any case, and alg absent or no string") {
  const std::vector<TrustedKey> keys = trust(secret());
  for (const char* const name : {"none", "None", "NONE", "nOnE"}) {
    const std::string header = std::string(R"({"alg":")") + name + "\"}";
    CHECK(fault_of_header(header) == Fault::unsecured);
    CHECK(fault_of(encode_base64url(header) + '.' + encode_base64url(kEditor) + '.', keys) ==
          Fault::unsecured);
  }
  CHECK(fault_of_header("{}") == Fault::bad_header);
  CHECK(fault_of_header(R"({"alg":256})") == Fault::bad_header);
  CHECK(fault_of_header(R"({"alg":["HS256"]})") == Fault::bad_header);
  CHECK(fault_of_header(R"({"alg":"hs256"})") == Fault::unknown_algorithm);
  CHECK(fault_of_header(R"({"alg":"HS256 "})") == Fault::unknown_algorithm);
  CHECK(fault_of_header(R"({"alg":""})") == Fault::unknown_algorithm);
}

TEST_CASE("tokens: HMAC with a public key for its secret") {
  for (const test::Vector& vector : test::kVectors) {
    const Key key = key_of(vector.key);
    if (key.is_symmetric()) continue;
    CAPTURE(vector.algorithm);
    const std::vector<TrustedKey> keys = trust(key_of(vector.key));
    // As text of the JWK, the form in which an attacker finds it.
    const std::string as_secret = key.public_jwk();
    CHECK(fault_of(signed_token(R"({"alg":"HS256"})", kEditor, Key::from_secret(as_secret)), keys) ==
          Fault::no_suitable_key);
  }
}

TEST_CASE("tokens: an algorithm that is not the key's") {
  CHECK(fault_of_header(R"({"alg":"HS384"})") == Fault::no_suitable_key);
  CHECK(fault_of_header(R"({"alg":"RS256"})") == Fault::no_suitable_key);
  CHECK(fault_of_header(R"({"alg":"ES256"})") == Fault::no_suitable_key);
  std::string pinned(test::kRsaKey);
  pinned.insert(1, R"("alg":"RS256",)");
  for (const test::Vector& vector : test::kVectors) {
    if (vector.key != test::kRsaKey) continue;
    CAPTURE(vector.algorithm);
    const std::vector<TrustedKey> keys = trust(key_of(pinned));
    if (vector.algorithm == "RS256")
      CHECK(is_accepted(vector.token, keys));
    else
      CHECK(fault_of(vector.token, keys) == Fault::no_suitable_key);
  }
}

TEST_CASE("tokens: crit is never understood") {
  CHECK(fault_of_header(R"({"alg":"HS256","crit":["exp"],"exp":1})") == Fault::bad_header);
  CHECK(fault_of_header(R"({"alg":"HS256","crit":[]})") == Fault::bad_header);
  CHECK(fault_of_header(R"({"alg":"HS256","b64":false,"crit":["b64"]})") == Fault::bad_header);
}

TEST_CASE("tokens: kid chooses the key by equality and does nothing else") {
  const std::string named =
      R"({"kty":"oct","kid":"key-1","k":")" + encode_base64url(std::string(32, 's')) + "\"}";
  const std::vector<TrustedKey> keys = trust(key_of(named));
  const auto with_kid = [&](std::string_view kid) {
    return signed_token(R"({"alg":"HS256","kid":)" + std::string(kid) + "}", kEditor, secret());
  };
  CHECK(is_accepted(with_kid(R"("key-1")"), keys));
  CHECK(is_accepted(hs256(kEditor), keys));  // no kid: every key that fits
  for (const char* const kid :
       {R"("key-2")", R"("")", R"("../../dev/null")", R"("key-1' OR '1'='1")", R"("|cat /etc/passwd")",
        R"("https://example.com/key")", R"("KEY-1")", "1", "null", "{}"}) {
    CAPTURE(kid);
    CHECK(fault_of(with_kid(kid), keys) == Fault::no_suitable_key);
  }
  CHECK(fault_of(with_kid('"' + std::string(129, 'k') + '"'), keys) == Fault::no_suitable_key);
  CHECK(fault_of(with_kid(R"("key-1")"), trust(secret())) == Fault::no_suitable_key);
}

TEST_CASE("tokens: several keys") {
  std::vector<TrustedKey> keys = trust(Key::from_secret(std::string(32, 'a')));
  keys.push_back({Key::from_secret(std::string(32, 'b')), {}});
  CHECK(fault_of(hs256(kEditor), keys) == Fault::not_verified);
  keys.push_back({secret(), {}});
  CHECK(is_accepted(hs256(kEditor), keys));
}

TEST_CASE("tokens: a token does not bring its own key") {
  const Key attacker = key_of(generate_jwk(Algorithm::es256, "key-1"));
  const std::vector<TrustedKey> keys = trust(key_of(generate_jwk(Algorithm::es256, "key-1")));
  const std::string own = attacker.public_jwk();
  for (const std::string& member :
       {"\"jwk\":" + own, std::string(R"("jku":"https://example.com/jwks.json")"),
        std::string(R"("x5u":"https://example.com/cert.pem")"), std::string(R"("x5c":["MIIB"])")}) {
    const std::string header = R"({"alg":"ES256","kid":"key-1",)" + member + "}";
    CHECK(fault_of(signed_token(header, kEditor, attacker), keys) == Fault::not_verified);
    // Ignored, not refused: a right signature is right.
    CHECK(is_accepted(signed_token(header, kEditor, keys[0].key), keys));
  }
}

TEST_CASE("tokens: parts that are missing, empty, cut or too many") {
  const std::vector<TrustedKey> keys = trust(secret());
  const std::string good = hs256(kEditor);
  CHECK(is_accepted(good, keys));
  CHECK(fault_of("", keys) == Fault::empty);
  CHECK(fault_of("abc", keys) == Fault::not_three_parts);
  CHECK(std::get<Refusal>(verify_token("a.b", keys, kRolePath)).wording().message ==
        "Expected 3 parts in JWT; got 2");
  CHECK(fault_of(good + ".x.y", keys) == Fault::not_three_parts);  // a JWE, encrypted, nested or compressed
  CHECK(fault_of("..", keys) == Fault::bad_header);
  CHECK(fault_of(good.substr(0, good.rfind('.') + 1), keys) == Fault::not_verified);
  for (size_t cut = 1; cut <= 43; ++cut) CHECK_FALSE(is_accepted(good.substr(0, good.size() - cut), keys));
  for (size_t start = 1; start < 20; ++start) CHECK_FALSE(is_accepted(good.substr(start), keys));
}

TEST_CASE("tokens: base64url in another form") {
  const std::vector<TrustedKey> keys = trust(secret());
  const std::string good = hs256(kEditor);
  CHECK(fault_of(good + "=", keys) == Fault::bad_encoding);
  CHECK(fault_of(good + "\n", keys) == Fault::bad_encoding);
  CHECK(fault_of(" " + good, keys) == Fault::bad_encoding);
  CHECK(fault_of(good + '\0', keys) == Fault::bad_encoding);
  // 43 digits hold 258 bits: the last two say nothing and must be zero.
  std::string spare_bits = good;
  spare_bits.back() = static_cast<char>(spare_bits.back() + 1);
  CHECK_FALSE(is_accepted(spare_bits, keys));
  std::string standard_alphabet = good;
  for (char& digit : standard_alphabet)
    if (digit == '-') digit = '+';
  if (standard_alphabet != good) CHECK(fault_of(standard_alphabet, keys) == Fault::bad_encoding);
}

TEST_CASE("tokens: at most 8 kB") {
  const std::vector<TrustedKey> keys = trust(secret());
  const std::string padding(6000, 'x');
  CHECK(is_accepted(hs256(R"({"role":"editor","x":")" + padding + "\"}"), keys));
  CHECK(fault_of(hs256(R"({"role":"editor","x":")" + padding + padding + "\"}"), keys) == Fault::too_long);
}

TEST_CASE("tokens: JSON that two parsers could read in two ways") {
  const std::vector<TrustedKey> keys = trust(secret());
  CHECK(fault_of(hs256(R"({"role":"anon","role":"editor"})"), keys) == Fault::bad_claims);
  CHECK(fault_of(hs256(R"({"role":"anon","r\u006fle":"editor"})"), keys) == Fault::bad_claims);
  CHECK(fault_of_header(R"({"alg":"HS256","alg":"none"})") == Fault::bad_header);
  CHECK(fault_of(hs256(std::string(70, '[') + std::string(70, ']')), keys) == Fault::bad_claims);
  CHECK(fault_of(hs256(R"({"a":)" + std::string(70, '[') + std::string(70, ']') + "}"), keys) ==
        Fault::bad_claims);
  CHECK(fault_of(hs256("[]"), keys) == Fault::bad_claims);
  CHECK(fault_of(hs256("\"editor\""), keys) == Fault::bad_claims);
  CHECK(fault_of(hs256(""), keys) == Fault::bad_claims);
  CHECK(fault_of(hs256("{\"role\":\"edi\xFFtor\"}"), keys) == Fault::bad_claims);
  CHECK(fault_of(hs256(R"({"role":"editor"} {})"), keys) == Fault::bad_claims);
  CHECK(fault_of_header("[]") == Fault::bad_header);
  CHECK(fault_of_header(std::string(R"({"alg":"HS256","a":)") + std::string(70, '[') + std::string(70, ']') +
                        "}") == Fault::bad_header);
}

TEST_CASE("tokens: of another purpose") {
  for (const char* const type :
       {R"("refresh+jwt")", R"("JOSE")", R"("recovery+jwt")", R"("")", "1", "null"}) {
    CAPTURE(type);
    CHECK(fault_of_header(std::string(R"({"alg":"HS256","typ":)") + type + "}") == Fault::unknown_type);
  }
  for (const char* const type : {"JWT", "jwt", "at+jwt", "application/at+jwt"}) {
    const std::string header = std::string(R"({"alg":"HS256","typ":")") + type + "\"}";
    CHECK(is_accepted(signed_token(header, kEditor, secret()), trust(secret())));
  }
}

TEST_CASE("tokens: a role that the key may not grant") {
  CHECK(is_accepted(hs256(kEditor), trust(secret(), {"anon", "editor"})));
  CHECK(is_accepted(hs256("{}"), trust(secret(), {"anon"})));
  CHECK(fault_of(hs256(R"({"role":"service_role"})"), trust(secret(), {"anon", "editor"})) ==
        Fault::role_not_allowed);
  CHECK(fault_of(hs256(R"({"role":["anon"]})"), trust(secret(), {"anon"})) == Fault::role_not_allowed);
}

TEST_CASE("sign_token: what it signs is verified") {
  for (const std::string_view name : {"HS256", "RS256", "PS256", "ES256", "EdDSA"}) {
    const std::vector<TrustedKey> keys = trust(key_of(generate_jwk(*parse_algorithm(name), "k")));
    const std::string token = sign_token(R"({"role":"editor","sub":"x"})", keys[0].key);
    const auto outcome = verify_token(token, keys, kRolePath);
    REQUIRE(std::holds_alternative<Claims>(outcome));
    CHECK(std::get<Claims>(outcome).json == R"({"role":"editor","sub":"x"})");
  }
  CHECK(sign_token("{}", secret()).starts_with(encode_base64url(R"({"alg":"HS256","typ":"JWT"})") + '.'));
}
