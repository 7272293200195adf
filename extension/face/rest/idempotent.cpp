#include "face/rest/idempotent.hpp"

#include <array>
#include <stdexcept>

#include "face/rest/plan/refusal.hpp"
#include "gateway/idempotency.hpp"
#include "text/ascii.hpp"
#include "text/base64.hpp"

#include "gateway/database_error.hpp"
#include "pg/guard.hpp"
#include "pg/role.hpp"
#include "pg/settings.hpp"

namespace pg_booking::rest {
namespace {

constexpr std::string_view kFingerprintVersion = "rest 1";
constexpr const char* kRole = "booking_integration";
constexpr const char* kLockTimeout = "2s";  // how long a repetition waits for the first request's end
constexpr std::string_view kForeignKeyViolation = "23503";

// The headers that change what a write does, or how it is answered.
constexpr std::array<std::string_view, 4> kHeaders = {"accept", "content-profile", "content-type", "prefer"};

[[noreturn]] void refuse_without_tenant() {
  throw Refusal{{.code = "PGRST127",
                 .message = "Idempotency-Key needs a caller with data of its own",
                 .hint = "Send the token of a user, or leave the header out."}};
}

/// Of the tenant and its role: what one role was answered may be more than another may see.
Fingerprint fingerprint_of(const Exchange& exchange, const JwtCaller& caller) {
  std::vector<std::string_view> parts = {
      kFingerprintVersion,
      {reinterpret_cast<const char*>(caller.tenant_id->data()), caller.tenant_id->size()},
      caller.role,
      exchange.request.method,
      exchange.request.target};
  for (std::string_view const name : kHeaders) {
    parts.push_back(name);
    for (const HeaderField& field : exchange.headers)
      if (to_ascii_lower(field.name) == name) parts.push_back(field.value);
  }
  parts.push_back(exchange.request.body);
  return make_fingerprint(parts);
}

/// A stretch of the request as the role that may use the table of keys, with settings of its own.
class KeyScope {
 public:
  KeyScope()
      : settings_(pg([] { return begin_request_settings(); })), outer_(pg([] {
          set_lock_timeout(kLockTimeout);
          return become_role(kRole);
        })) {}
  /// Its rollback needs none.
  void leave() {
    pg([&] {
      leave_role(outer_);
      end_request_settings(settings_);
    });
  }

 private:
  int settings_;
  Identity outer_;
};

/// The body may be bytes of any kind; the column is text.
std::string to_stored(const OperationAnswer& answer) {
  return answer.headers + "\n" + encode_base64url(answer.body);
}

OperationAnswer from_stored(const StoredAnswer& stored) {
  std::string_view const text = stored.answer;
  size_t const gap = text.find("\n\n");
  std::optional<std::string> body;
  if (gap != std::string_view::npos) body = decode_base64url(text.substr(gap + 2));
  if (!body) throw std::runtime_error("a stored answer of /rest/v1 is not one");
  return {.status = stored.http_status,
          .headers = std::string(text.substr(0, gap + 1)).append(kReplayedHeader),
          .body = *std::move(body)};
}

}  // namespace

std::optional<IdempotentWrite> read_idempotent_write(const Exchange& exchange, const JwtCaller& caller) {
  std::optional<UuidBytes> const key = read_idempotency_key(exchange);
  if (!key) return std::nullopt;
  if (!caller.tenant_id) refuse_without_tenant();
  return IdempotentWrite{*caller.tenant_id, *key, fingerprint_of(exchange, caller)};
}

std::optional<OperationAnswer> claim(Exchange& exchange, const IdempotentWrite& write) {
  try {
    KeyScope scope;
    pg([&] {
      pg_uuid_t tenant_id;
      memcpy(tenant_id.data, write.tenant_id.data(), sizeof tenant_id.data);
      set_current_tenant(tenant_id);
    });
    std::optional<StoredAnswer> const stored =
        claim_for_request(exchange, write.tenant_id, write.key, write.fingerprint);
    scope.leave();
    return stored ? std::optional(from_stored(*stored)) : std::nullopt;
  } catch (const PgError& error) {
    if (sqlstate_of(error) == kForeignKeyViolation) refuse_without_tenant();
    throw;
  }
}

void store_answer(const IdempotentWrite& write, const OperationAnswer& answer) {
  std::string const stored = to_stored(answer);
  KeyScope scope;
  store_idempotent_answer(write.tenant_id, write.key, answer.status, stored);
  scope.leave();
}

void refuse_idempotency_key(const Exchange& exchange) {
  if (!find_header(exchange.headers, "idempotency-key")) return;
  throw Refusal{{.code = "PGRST127",
                 .message = "A batch takes no Idempotency-Key",
                 .hint = "Give each of its requests one of its own."}};
}

}  // namespace pg_booking::rest
