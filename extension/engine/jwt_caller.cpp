#include "engine/jwt_caller.hpp"

#include "engine/jwt_settings.hpp"
#include "engine/jwt_verifier.hpp"
#include "engine/project_key.hpp"
#include "text/ascii.hpp"

#include "pg/guard.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "utils/acl.h"
}

namespace pg_booking {
namespace {

constexpr std::string_view kInvalidKey = "Invalid API key";
constexpr std::string_view kInvalidKeyHint = "Double check the `anon` or `service_role` API key.";

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

JwtRefusal refuse_key(std::string_view message, std::string_view hint) {
  return JwtRefusal{.http_status = 401,
                    .code = "INVALID_API_KEY",
                    .message = std::string(message),
                    .details = {},
                    .hint = hint,
                    .authenticate = {}};
}

JwtOutcome authenticate_token(std::string_view token, std::string_view anonymous_role, unsigned owner_id) {
  std::variant<jwt::Claims, jwt::Refusal> verified = verify_jwt(token, owner_id);
  if (const auto* const refusal = std::get_if<jwt::Refusal>(&verified)) return refuse(*refusal);
  jwt::Claims& claims = std::get<jwt::Claims>(verified);
  if (!claims.role && anonymous_role.empty()) return refuse({jwt::Fault::anonymous_refused});
  return JwtCaller{
      .has_token = true,
      .role = claims.role.value_or(std::string(anonymous_role)),
      .claims = claims.role ? std::move(claims.json) : jwt::add_role(claims.json, anonymous_role),
      .tenant_id = claims.subject};
}

/// As Supabase does: the key names the application, the token the user, and without a token the application
/// is the caller.
JwtOutcome authenticate_with_key(const std::vector<HeaderField>& headers, std::string_view anonymous_role,
                                 unsigned owner_id) {
  std::variant<ProjectCaller, JwtRefusal> project = authenticate_project(headers, {}, owner_id);
  if (const auto* const refusal = std::get_if<JwtRefusal>(&project)) return *refusal;
  const ProjectCaller& caller = std::get<ProjectCaller>(project);
  std::optional<std::string_view> const token = bearer_credentials(headers);
  if (token && *token != caller.key_text) {
    if (is_opaque_key(*token)) return refuse_key(kInvalidKey, kInvalidKeyHint);
    return authenticate_token(*token, anonymous_role, owner_id);
  }
  // Whom a public key stands for is the operator's word.
  if (caller.role == "anon" && anonymous_role != "anon") return anonymous(anonymous_role);
  return JwtCaller{
      .has_token = false, .role = caller.role, .claims = caller.claims, .tenant_id = std::nullopt};
}

}  // namespace

std::optional<std::string_view> bearer_credentials(const std::vector<HeaderField>& headers) {
  std::optional<std::string_view> const header = find_header(headers, "authorization");
  if (!header) return std::nullopt;
  std::string_view const scheme = header->substr(0, header->find(' '));
  if (to_ascii_lower(scheme) != "bearer") return std::nullopt;
  std::string_view const rest = header->substr(scheme.size());
  return rest.substr(std::min(rest.find_first_not_of(' '), rest.size()));
}

std::string JwtRefusal::header_line() const {
  if (authenticate.empty()) return {};
  std::string line = "WWW-Authenticate: " + std::string(authenticate);
  if (authenticate != "Bearer") line += ", error_description=\"" + message + '"';
  return line + '\n';
}

JwtOutcome authenticate_jwt(const std::vector<HeaderField>& headers, std::string_view anonymous_role,
                            unsigned owner_id) {
  if (jwt_settings().require_apikey) return authenticate_with_key(headers, anonymous_role, owner_id);
  std::optional<std::string_view> const token = bearer_credentials(headers);
  return token ? authenticate_token(*token, anonymous_role, owner_id) : anonymous(anonymous_role);
}

std::variant<ProjectCaller, JwtRefusal> authenticate_project(const std::vector<HeaderField>& headers,
                                                             std::optional<std::string_view> query_key,
                                                             unsigned owner_id) {
  std::optional<std::string_view> text = find_header(headers, "apikey");
  if (!text) text = query_key;
  if (!text)
    return refuse_key("No API key found in request", "No `apikey` request header or url param was found.");
  std::optional<ProjectKey> key = find_project_key(*text, owner_id);
  if (!key) return refuse_key(kInvalidKey, kInvalidKeyHint);
  return ProjectCaller{std::move(key->role), std::move(key->claims), *text};
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
