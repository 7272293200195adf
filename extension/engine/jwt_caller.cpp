#include "engine/jwt_caller.hpp"

#include "engine/jwt/token_cache.hpp"
#include "engine/jwt_keys.hpp"
#include "engine/jwt_settings.hpp"
#include "text/ascii.hpp"

#include "pg/guard.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "utils/acl.h"
}

namespace pg_booking {
namespace {

constexpr int64_t kPostgresEpoch = 946684800;  // 2000-01-01 in Unix seconds

int64_t unix_seconds() {
  return GetCurrentStatementStartTimestamp() / USECS_PER_SEC + kPostgresEpoch;
}

/// What follows the scheme Bearer, even if it is nothing; no value for any other scheme.
std::optional<std::string_view> bearer_credentials(const std::vector<HeaderField>& headers) {
  std::optional<std::string_view> const header = find_header(headers, "authorization");
  if (!header) return std::nullopt;
  std::string_view const scheme = header->substr(0, header->find(' '));
  if (to_ascii_lower(scheme) != "bearer") return std::nullopt;
  std::string_view const rest = header->substr(scheme.size());
  return rest.substr(std::min(rest.find_first_not_of(' '), rest.size()));
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

Verifier& verifier() {
  static Verifier instance;
  return instance;
}

JwtRefusal refuse(const jwt::Refusal& refusal) {
  jwt::Wording wording = refusal.wording();
  bool const is_servers_fault = refusal.fault == jwt::Fault::no_keys;
  std::string_view const authenticate = is_servers_fault ? ""
                                        : refusal.fault == jwt::Fault::anonymous_refused
                                            ? "Bearer"
                                            : R"(Bearer error="invalid_token")";
  return JwtRefusal{.http_status = is_servers_fault ? 500 : 401,
                    .code = wording.code,
                    .message = std::move(wording.message),
                    .details = wording.details,
                    .hint = {},
                    .authenticate = authenticate};
}

JwtOutcome anonymous(std::string_view role) {
  if (role.empty()) return refuse({jwt::Fault::anonymous_refused});
  return JwtCaller{.has_token = false,
                   .role = std::string(role),
                   .claims = jwt::add_role("{}", role),
                   .tenant_id = std::nullopt};
}

/// P-zone.
void require_no_superuser(const char* role) {
  Oid const role_id = get_role_oid(role, /*missing_ok=*/true);
  if (OidIsValid(role_id) && superuser_arg(role_id))
    ereport(ERROR,
            (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied to set role \"%s\"", role),
             errhint("No request runs as a superuser.")));
}

}  // namespace

std::string JwtRefusal::header_line() const {
  if (authenticate.empty()) return {};
  std::string line = "WWW-Authenticate: " + std::string(authenticate);
  if (authenticate != "Bearer") line += ", error_description=\"" + message + '"';
  return line + '\n';
}

JwtOutcome authenticate_jwt(const std::vector<HeaderField>& headers, std::string_view anonymous_role,
                            unsigned owner_id) {
  std::optional<std::string_view> const token = bearer_credentials(headers);
  if (!token) return anonymous(anonymous_role);
  std::variant<jwt::Claims, jwt::Refusal> verified = verifier().verify(*token, owner_id);
  if (const auto* const refusal = std::get_if<jwt::Refusal>(&verified)) return refuse(*refusal);
  jwt::Claims& claims = std::get<jwt::Claims>(verified);
  if (!claims.role && anonymous_role.empty()) return refuse({jwt::Fault::anonymous_refused});
  std::string role = claims.role.value_or(std::string(anonymous_role));
  return JwtCaller{
      .has_token = true,
      .role = std::move(role),
      .claims = claims.role ? std::move(claims.json) : jwt::add_role(claims.json, anonymous_role),
      .tenant_id = claims.subject};
}

void bind_jwt_caller(const JwtCaller& caller) {
  pg([&] {
    require_no_superuser(caller.role.c_str());
    set_config_option("request.jwt.claims", caller.claims.c_str(), PGC_USERSET, PGC_S_SESSION,
                      GUC_ACTION_SAVE, true, ERROR, false);
    if (caller.tenant_id) {
      pg_uuid_t tenant_id;
      memcpy(tenant_id.data, caller.tenant_id->data(), sizeof tenant_id.data);
      set_current_tenant(tenant_id);
    } else {
      clear_current_tenant();
    }
  });
}

}  // namespace pg_booking
