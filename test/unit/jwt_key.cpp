#include "engine/jwt/key.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "jwt_vectors.hpp"
#include "text/base64.hpp"
#include "text/json_parse.hpp"

using namespace pg_booking;
using namespace pg_booking::jwt;

namespace {

constexpr std::string_view kEcKey =
    R"("kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
    R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")";

Key key_of(const std::string& jwk) {
  json::Document document;
  REQUIRE_FALSE(parse_json(jwk, document).has_value());
  return Key(document);
}

std::string problem_of(const std::string& jwk) {
  try {
    key_of(jwk);
  } catch (const InvalidKey& error) {
    return error.what();
  }
  return "none";
}

std::string binary(std::string_view base64url) {
  std::optional<std::string> const bytes = decode_base64url(base64url);
  REQUIRE(bytes.has_value());
  return *bytes;
}

}  // namespace

TEST_CASE("keys: the HS256 example of RFC 7515 A.1") {
  const Key key = key_of(
      R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})");
  const std::string_view message =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leG"
      "FtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  const std::string signature = binary("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  CHECK(key.verify(Algorithm::hs256, message, signature));
  CHECK(key.verify(Algorithm::hs256, message, signature));  // the digested secret is not used up
  CHECK_FALSE(key.verify(Algorithm::hs384, message, signature));
  CHECK_FALSE(key.verify(Algorithm::hs256, message, signature.substr(0, 31)));
  CHECK_FALSE(key.verify(Algorithm::hs256, message, ""));
  CHECK(key.sign(message) == signature);
}

TEST_CASE("keys: the ES256 example of RFC 7515 A.3") {
  const Key key = key_of("{" + std::string(kEcKey) + "}");
  const std::string_view message =
      "eyJhbGciOiJFUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb2"
      "90Ijp0cnVlfQ";
  const std::string signature =
      binary("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  CHECK(key.verify(Algorithm::es256, message, signature));
  CHECK_FALSE(key.can_sign());
  // The same two numbers as DER, cut, doubled, and zeros in place of either.
  CHECK_FALSE(key.verify(Algorithm::es256, message, "\x30\x45\x02\x20" + signature));
  CHECK_FALSE(key.verify(Algorithm::es256, message, signature.substr(0, 63)));
  CHECK_FALSE(key.verify(Algorithm::es256, message, signature + signature));
  CHECK_FALSE(key.verify(Algorithm::es256, message, std::string(32, '\0') + signature.substr(32)));
  CHECK_FALSE(key.verify(Algorithm::es256, message, signature.substr(0, 32) + std::string(32, '\0')));
  CHECK_FALSE(key.verify(Algorithm::es256, message, std::string(64, '\0')));
}

TEST_CASE("keys: the EdDSA example of RFC 8037 A.4") {
  const Key key = key_of(R"({"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",)"
                         R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})");
  const std::string_view message = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  const std::string signature =
      binary("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
  CHECK(key.sign(message) == signature);
  CHECK(key.verify(Algorithm::eddsa, message, signature));
  CHECK_FALSE(key.verify(Algorithm::eddsa, message, signature.substr(1)));
}

TEST_CASE("keys: a generated one signs, its public part verifies, and neither does more") {
  for (const std::string_view name :
       {"HS256", "HS384", "HS512", "RS256", "PS384", "ES256", "ES384", "ES512", "EdDSA"}) {
    CAPTURE(name);
    const std::string jwk = generate_jwk(*parse_algorithm(name), "key-1");
    const Key key = key_of(jwk);
    CHECK(key.id() == "key-1");
    CHECK(name_of(key.algorithm()) == name);
    CHECK(key.can_sign());
    CHECK(key.jwk() == jwk);
    const std::string signature = key.sign("message");
    CHECK(key.verify(key.algorithm(), "message", signature));
    CHECK_FALSE(key.verify(key.algorithm(), "Message", signature));
    if (key.is_symmetric()) {
      CHECK(key.public_jwk().empty());
      continue;
    }
    const std::string shown = key.public_jwk();
    CHECK(shown.find("\"d\"") == std::string::npos);
    CHECK(shown.find("\"p\"") == std::string::npos);
    const Key verifier = key_of(shown);
    CHECK_FALSE(verifier.can_sign());
    CHECK(verifier.verify(key.algorithm(), "message", signature));
    CHECK(verifier.public_jwk() == shown);
    CHECK(verifier.jwk() == shown);
  }
}

TEST_CASE("keys: which algorithms one is good for") {
  const Key any_rsa = key_of(std::string(test::kRsaKey));
  CHECK(any_rsa.allows(Algorithm::rs256));
  CHECK(any_rsa.allows(Algorithm::ps512));
  CHECK_FALSE(any_rsa.allows(Algorithm::hs256));
  std::string pinned(test::kRsaKey);
  pinned.insert(1, R"("alg":"RS256",)");
  CHECK(key_of(pinned).allows(Algorithm::rs256));
  CHECK_FALSE(key_of(pinned).allows(Algorithm::rs384));
  CHECK_FALSE(key_of(pinned).allows(Algorithm::ps256));
  const Key secret = Key::from_secret(std::string(32, 's'));
  CHECK(secret.allows(Algorithm::hs256));
  CHECK_FALSE(secret.allows(Algorithm::hs512));
  const Key long_secret = key_of(std::string(test::kSecretKey));
  CHECK(long_secret.allows(Algorithm::hs512));
  const Key short_secret = key_of(R"({"kty":"oct","k":")" + encode_base64url(std::string(40, 's')) + "\"}");
  CHECK(short_secret.allows(Algorithm::hs256));
  CHECK_FALSE(short_secret.allows(Algorithm::hs384));  // RFC 7518 section 3.2: as long as the digest
}

TEST_CASE("keys: what is none") {
  const std::string ec = "{" + std::string(kEcKey);
  CHECK(problem_of("[]") == "a key must be a JSON object");
  CHECK(problem_of("{}") == "a key's \"kty\" must be oct, RSA, EC or OKP");
  CHECK(problem_of(R"({"kty":"oct"})") == "a secret must have at least 32 bytes");
  CHECK(problem_of(R"({"kty":"oct","k":"c2hvcnQ"})") == "a secret must have at least 32 bytes");
  CHECK(problem_of(R"({"kty":"oct","k":"not base64!"})") == "a key's \"k\" is no base64url");
  CHECK(problem_of(R"({"kty":"oct","k":7})") == "a key's \"k\" is no string");
  CHECK(problem_of(R"({"kty":"RSA","n":"AQAB","e":"AQAB"})") == "an RSA key must have 2048 to 8192 bits");
  CHECK(problem_of(R"({"kty":"RSA","n":"AQAB"})") == "a key lacks the member \"e\"");
  CHECK(problem_of(R"({"kty":"EC","crv":"secp256k1"})") ==
        "the curve of an EC key must be P-256, P-384 or P-521");
  CHECK(problem_of(R"({"kty":"OKP","crv":"X25519","x":"AA"})") ==
        "the curve of an OKP key must be Ed25519 or Ed448");
  CHECK(problem_of(R"({"kty":"OKP","crv":"Ed25519","x":"AA"})") == "a key's numbers make no valid key");
  CHECK(problem_of(ec + R"(,"alg":"HS256"})") ==
        "a key's \"alg\" is unknown, or no algorithm for its type, curve or length");
  CHECK(problem_of(ec + R"(,"alg":"ES384"})") ==
        "a key's \"alg\" is unknown, or no algorithm for its type, curve or length");
  CHECK(problem_of(ec + R"(,"use":"enc"})") == "a key is not meant for signatures");
  CHECK(problem_of(ec + R"(,"key_ops":["encrypt"]})") == "a key is not meant for signatures");
  CHECK(problem_of(ec + R"(,"kid":")" + std::string(129, 'k') + "\"}") ==
        "a key's \"kid\" is longer than 128 bytes");
  CHECK(problem_of(ec + R"(,"kid":1})") == "a key's \"kid\" is no string");
  // A point beside the curve, coordinates of another length, and a private part that belongs to another key.
  const std::string beside = std::string(ec).replace(ec.find("\"f83"), 4, "\"g83");
  CHECK(problem_of(beside + "}").starts_with("a key's numbers make no"));
  const std::string shorter = std::string(ec).replace(ec.find("\"f83OJ3D2xF1B"), 13, "\"");
  CHECK(problem_of(shorter + "}") == "the coordinates of an EC key do not have its curve's length");
  CHECK(problem_of(ec + R"(,"d":"AQAB"})") == "a key's numbers make no valid key");
}

TEST_CASE("parse_keys: the values of jwt-secret") {
  const std::string secret(32, 's');
  std::vector<Key> keys = parse_keys(secret, false);
  REQUIRE(keys.size() == 1);
  CHECK(keys[0].allows(Algorithm::hs256));
  CHECK(keys[0].id().empty());

  for (const char* const encoded :
       {"c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M=", "c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M"}) {
    keys = parse_keys(encoded, true);
    CHECK(keys[0].sign("m") == Key::from_secret(secret).sign("m"));
  }
  CHECK_THROWS_AS(parse_keys("too short", false), InvalidKey);
  CHECK_THROWS_AS(parse_keys("not?base64", true), InvalidKey);

  const std::string rsa(test::kRsaKey);
  CHECK(parse_keys(rsa, false).size() == 1);
  const std::string set =
      R"({"keys":[)" + rsa + "," + std::string(test::kSecretKey) + R"(,{"use":"enc"},"x"]})";
  CHECK(parse_keys(set, false).size() == 2);
  CHECK(parse_keys(encode_base64url(set), true).size() == 2);
  CHECK_THROWS_AS(parse_keys(R"({"keys":[]})", false), InvalidKey);
  CHECK_THROWS_AS(parse_keys(R"({"keys":{}})", false), InvalidKey);
  CHECK_THROWS_AS(parse_keys(R"({"kty":"oct","k":"c2hvcnQ"})", false), InvalidKey);
}
