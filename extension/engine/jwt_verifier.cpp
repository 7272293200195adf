#include "engine/jwt_verifier.hpp"

#include <optional>
#include <string>

#include "engine/jwt/token_cache.hpp"
#include "engine/jwt_keys.hpp"
#include "engine/jwt_settings.hpp"

#include "pg/postgres.hpp"

namespace pg_booking {
namespace {

constexpr int64_t kPostgresEpoch = 946684800;  // 2000-01-01 in Unix seconds

int64_t unix_seconds() {
  return GetCurrentStatementStartTimestamp() / USECS_PER_SEC + kPostgresEpoch;
}

/// The tokens that were verified, with keys and settings as they are now.
class Verifier {
 public:
  std::variant<jwt::Claims, jwt::Refusal> verify(std::string_view token, Oid owner_id) {
    const JwtKeys& keys = jwt_keys(owner_id);
    follow_changes(keys);
    if (keys.trusted.empty()) return jwt::Refusal{jwt::Fault::no_keys};
    const jwt::Claims* claims = cache_.find(token);
    std::variant<jwt::Claims, jwt::Refusal> verified;
    if (claims == nullptr) {
      verified = jwt::verify_token(token, keys.trusted, *role_path_);
      if (std::holds_alternative<jwt::Refusal>(verified)) return verified;
      cache_.insert(token, std::get<jwt::Claims>(verified));
      claims = &std::get<jwt::Claims>(verified);
    }
    if (std::optional<jwt::Fault> const fault = jwt::check_claims(*claims, rules_, unix_seconds()))
      return jwt::Refusal{*fault};
    return *claims;
  }

 private:
  void follow_changes(const JwtKeys& keys) {
    uint64_t const settings = jwt_settings_version();
    if (keys.version == keys_version_ && settings == settings_version_) return;
    cache_.clear();
    JwtSettings const now = jwt_settings();
    role_path_ = jwt::ClaimPath::parse(now.role_claim_key);
    rules_ = {std::string(now.audience), now.strict};
    cache_.set_capacity(static_cast<size_t>(now.cache_max_entries));
    keys_version_ = keys.version;
    settings_version_ = settings;
  }

  uint64_t keys_version_ = 0;
  uint64_t settings_version_ = 0;
  std::optional<jwt::ClaimPath> role_path_;
  jwt::ClaimRules rules_;
  jwt::TokenCache cache_;
};

}  // namespace

std::variant<jwt::Claims, jwt::Refusal> verify_jwt(std::string_view token, unsigned owner_id) {
  static Verifier verifier;
  return verifier.verify(token, owner_id);
}

}  // namespace pg_booking
