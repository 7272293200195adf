// Tokens, keys and paths from anybody: nothing that was not signed is believed, and what is read is
// well-formed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "engine/jwt/token.hpp"
#include "text/base64.hpp"
#include "text/json_parse.hpp"

using namespace pg_booking;
using namespace pg_booking::jwt;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

const ClaimPath kRolePath = *ClaimPath::parse("$.role");

std::vector<TrustedKey> make_keys() {
  std::vector<TrustedKey> keys;
  for (const Algorithm algorithm : {Algorithm::hs256, Algorithm::rs256, Algorithm::es256, Algorithm::eddsa}) {
    json::Document jwk;
    check(!parse_json(generate_jwk(algorithm, "k"), jwk));
    keys.push_back({Key(jwk), {}});
  }
  return keys;
}

const std::vector<TrustedKey>& keys() {
  static const std::vector<TrustedKey> made = make_keys();
  return made;
}

void forged(std::string_view text) {
  check(std::holds_alternative<Refusal>(verify_token(text, keys(), kRolePath)));
  check(!std::get<Refusal>(verify_token(text, keys(), kRolePath)).wording().message.empty());
}

/// A header of the fuzzer's over a payload that is really signed.
void header(std::string_view text) {
  const std::string signed_part = encode_base64url(text) + '.' + encode_base64url("{}");
  for (const TrustedKey& trusted : keys()) {
    const std::string token = signed_part + '.' + encode_base64url(trusted.key.sign(signed_part));
    (void)verify_token(token, keys(), kRolePath);
  }
}

void payload(std::string_view text) {
  const auto outcome = read_claims(text, kRolePath);
  const auto* const claims = std::get_if<Claims>(&outcome);
  if (claims == nullptr) return;
  json::Document document;
  check(!parse_json(claims->json, document) && document.IsObject());
  check(document.HasMember("role") == claims->role.has_value());
  if (!claims->role) check(!parse_json(add_role(claims->json, "anon"), document));
  const ClaimRules rules{"me", true};
  (void)check_claims(*claims, rules, 1'800'000'000);
}

void key(std::string_view text) {
  try {
    for (const Key& parsed : parse_keys(text, false)) {
      check(!parsed.verify(parsed.algorithm(), "message", "signature"));
      json::Document again;
      check(!parse_json(parsed.jwk(), again));
      check(Key(again).jwk() == parsed.jwk());
    }
  } catch (const InvalidKey&) {
  }
}

void path(std::string_view text) {
  const size_t end = text.find('\n');
  const auto parsed = ClaimPath::parse(text.substr(0, end));
  json::Document claims;
  if (!parsed || end == std::string_view::npos || parse_json(text.substr(end + 1), claims)) return;
  (void)parsed->find(claims);
}

}  // namespace

// The first byte chooses, so that the fuzzer can learn each by itself.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      forged(text);
      break;
    case 1:
      header(text);
      break;
    case 2:
      payload(text);
      break;
    case 3:
      key(text);
      break;
    default:
      path(text);
  }
  return 0;
}
