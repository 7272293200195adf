#include "engine/jwt/token.hpp"

#include <algorithm>
#include <array>

#include "text/ascii.hpp"
#include "text/base64.hpp"
#include "text/json_parse.hpp"
#include "text/json_write.hpp"

namespace pg_booking::jwt {
namespace {

struct Header {
  Algorithm algorithm;
  std::optional<std::string> key_id;
};

std::optional<std::string> string_member(const json::Value& object, const char* name) {
  auto const member = object.FindMember(name);
  if (member == object.MemberEnd() || !member->value.IsString()) return std::nullopt;
  return std::string(member->value.GetString(), member->value.GetStringLength());
}

/// Tokens for other purposes may be signed with the same key; they say so in "typ" (RFC 8725 section 3.11).
bool is_known_type(const json::Value& header) {
  if (!header.HasMember("typ")) return true;
  std::optional<std::string> const type = string_member(header, "typ");
  if (!type) return false;
  std::string const lower = to_ascii_lower(*type);
  return lower == "jwt" || lower == "at+jwt" || lower == "application/at+jwt";
}

std::variant<Header, Fault> read_header(std::string_view encoded) {
  std::optional<std::string> const text = decode_base64url(encoded);
  if (!text) return Fault::bad_encoding;
  json::Document document;
  if (parse_json(*text, document) || !document.IsObject() || document.HasMember("crit"))
    return Fault::bad_header;
  std::optional<std::string> const name = string_member(document, "alg");
  if (!name) return Fault::bad_header;
  if (to_ascii_lower(*name) == "none") return Fault::unsecured;
  std::optional<Algorithm> const algorithm = parse_algorithm(*name);
  if (!algorithm) return Fault::unknown_algorithm;
  if (!is_known_type(document)) return Fault::unknown_type;
  Header header{*algorithm, string_member(document, "kid")};
  bool const bad_key_id =
      document.HasMember("kid") && (!header.key_id || header.key_id->size() > kMaxKeyIdLength);
  if (bad_key_id) return Fault::no_suitable_key;
  return header;
}

bool is_suitable(const TrustedKey& candidate, const Header& header) {
  return candidate.key.allows(header.algorithm) && (!header.key_id || candidate.key.id() == *header.key_id);
}

bool may_claim(const TrustedKey& signer, const Claims& claims) {
  return signer.roles.empty() || !claims.role ||
         std::find(signer.roles.begin(), signer.roles.end(), *claims.role) != signer.roles.end();
}

}  // namespace

std::variant<Claims, Refusal> verify_token(std::string_view token, std::span<const TrustedKey> keys,
                                           const ClaimPath& role_path) {
  if (token.empty()) return Refusal{Fault::empty};
  if (token.size() > kMaxTokenLength) return Refusal{Fault::too_long};
  size_t const dots = static_cast<size_t>(std::count(token.begin(), token.end(), '.'));
  if (dots != 2) return Refusal{Fault::not_three_parts, dots + 1};
  size_t const header_end = token.find('.');
  size_t const payload_end = token.rfind('.');
  std::string_view const signed_part = token.substr(0, payload_end);

  std::variant<Header, Fault> const read = read_header(token.substr(0, header_end));
  if (const auto* const fault = std::get_if<Fault>(&read)) return Refusal{*fault};
  const Header& header = std::get<Header>(read);
  std::optional<std::string> const payload = decode_base64url(signed_part.substr(header_end + 1));
  std::optional<std::string> const signature = decode_base64url(token.substr(payload_end + 1));
  if (!payload || !signature) return Refusal{Fault::bad_encoding};

  bool any_suitable = false;
  for (const TrustedKey& candidate : keys) {
    if (!is_suitable(candidate, header)) continue;
    any_suitable = true;
    if (!candidate.key.verify(header.algorithm, signed_part, *signature)) continue;
    std::variant<Claims, Fault> claims = read_claims(*payload, role_path);
    if (const auto* const fault = std::get_if<Fault>(&claims)) return Refusal{*fault};
    if (!may_claim(candidate, std::get<Claims>(claims))) return Refusal{Fault::role_not_allowed};
    return std::move(std::get<Claims>(claims));
  }
  return Refusal{any_suitable ? Fault::not_verified : Fault::no_suitable_key};
}

std::string sign_token(std::string_view claims_json, const Key& key) {
  std::string header = R"({"alg":")" + std::string(name_of(key.algorithm())) + R"(","typ":"JWT")";
  if (!key.id().empty()) {
    header += ",\"kid\":";
    append_json_string(header, key.id());
  }
  std::string token = encode_base64url(header + '}') + '.' + encode_base64url(claims_json);
  return token + '.' + encode_base64url(key.sign(token));
}

}  // namespace pg_booking::jwt
