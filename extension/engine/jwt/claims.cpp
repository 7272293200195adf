#include "engine/jwt/claims.hpp"

#include <algorithm>

#include "text/json_parse.hpp"
#include "text/json_write.hpp"

namespace pg_booking::jwt {
namespace {

std::string_view text_of(const json::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

std::string compact(const json::Value& value) {
  json::StringBuffer buffer;
  json::Writer<json::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

/// nullptr also for null.
const json::Value* member(const json::Value& object, const char* name) {
  auto const found = object.FindMember(name);
  return found == object.MemberEnd() || found->value.IsNull() ? nullptr : &found->value;
}

/// Reads a NumericDate; false if it is none.
bool read_date(const json::Value& claims, const char* name, std::optional<int64_t>& date) {
  const json::Value* const value = member(claims, name);
  if (value == nullptr) return true;
  if (!value->IsNumber() || value->GetDouble() < 0) return false;
  constexpr double kEndOfTime = 1e15;  // some ten million years, and far from any overflow
  date = static_cast<int64_t>(std::min(value->GetDouble(), kEndOfTime));
  return true;
}

bool read_audience(const json::Value& claims, Claims& out) {
  const json::Value* const value = member(claims, "aud");
  if (value == nullptr) return true;
  if (value->IsString()) {
    out.audience.emplace_back(text_of(*value));
  } else if (value->IsArray()) {
    for (const json::Value& element : value->GetArray()) {
      if (!element.IsString()) return false;
      out.audience.emplace_back(text_of(element));
    }
  } else {
    return false;
  }
  out.names_audience = !out.audience.empty();
  return true;
}

/// Puts the role where SQL looks for it, whatever the path it came from.
void set_role(json::Document& claims, const std::string& role) {
  json::Value name(role, claims.GetAllocator());
  if (claims.HasMember("role"))
    claims["role"] = name;
  else
    claims.AddMember("role", name, claims.GetAllocator());
}

}  // namespace

std::string add_role(std::string_view object, std::string_view role) {
  std::string text(object.substr(0, object.size() - 1));
  text += text.size() > 1 ? ",\"role\":" : "\"role\":";
  append_json_string(text, role);
  return text + '}';
}

std::variant<Claims, Fault> read_claims(std::string_view payload, const ClaimPath& role_path) {
  json::Document document;
  if (parse_json(payload, document) || !document.IsObject()) return Fault::bad_claims;
  Claims claims;
  if (!read_date(document, "exp", claims.expires)) return Fault::exp_not_a_number;
  if (!read_date(document, "nbf", claims.not_before)) return Fault::nbf_not_a_number;
  if (!read_date(document, "iat", claims.issued)) return Fault::iat_not_a_number;
  if (!read_audience(document, claims)) return Fault::aud_not_strings;
  if (const json::Value* const subject = member(document, "sub"); subject != nullptr && subject->IsString())
    claims.subject = parse_uuid(text_of(*subject));
  const json::Value* const role = role_path.find(document);
  if (role != nullptr && !role->IsNull()) {
    claims.role = role->IsString() ? std::string(text_of(*role)) : compact(*role);
    set_role(document, *claims.role);
  } else {
    document.EraseMember("role");  // a role that the path does not lead to is none
  }
  claims.json = compact(document);
  return claims;
}

std::optional<Fault> check_claims(const Claims& claims, const ClaimRules& rules, int64_t unix_seconds) {
  if (!claims.expires && rules.require_all) return Fault::exp_missing;
  if (claims.expires && *claims.expires < unix_seconds - kSkewSeconds) return Fault::expired;
  if (claims.not_before && *claims.not_before > unix_seconds + kSkewSeconds) return Fault::not_yet_valid;
  if (claims.issued && *claims.issued > unix_seconds + kSkewSeconds) return Fault::issued_in_future;
  if (rules.audience.empty()) return std::nullopt;
  if (!claims.names_audience) return rules.require_all ? std::optional(Fault::aud_missing) : std::nullopt;
  if (std::find(claims.audience.begin(), claims.audience.end(), rules.audience) == claims.audience.end())
    return Fault::wrong_audience;
  return std::nullopt;
}

}  // namespace pg_booking::jwt
