#include "face/v1/idempotent.hpp"

#include "gateway/idempotency.hpp"
#include "text/canonical_json.hpp"

#include "gateway/database_error.hpp"
#include "pg/guard.hpp"
#include "pg/subtransaction.hpp"

namespace pg_booking::v1 {
namespace {

constexpr std::string_view kFingerprintVersion = "1";

/// tenant scope + operation + path parameters + canonical body.
Fingerprint fingerprint_of(const Exchange& exchange, const ApiKey& api_key, const json::Value* body) {
  std::string const canonical = body != nullptr ? canonical_json(*body) : std::string();
  std::vector<std::string_view> parts = {
      kFingerprintVersion,
      {reinterpret_cast<const char*>(api_key.tenant_id.data()), api_key.tenant_id.size()},
      exchange.route->operation_id};
  parts.insert(parts.end(), exchange.path_parameters.begin(), exchange.path_parameters.end());
  parts.push_back(canonical);
  return make_fingerprint(parts);
}

bool is_final(const ApiError& error) {
  return error.code->http_status == 404 || error.code->http_status == 409;
}

/// The effect's outcome; a final refusal is one too, with the effect rolled back.
Outcome outcome_of(const Exchange& exchange, const std::function<Outcome()>& effect) {
  try {
    Subtransaction subtransaction(/*read_only=*/false);
    Outcome outcome = effect();
    subtransaction.commit();
    return outcome;
  } catch (const ApiError& error) {
    if (!is_final(error)) throw;
    return error_outcome(error);
  } catch (const PgError& error) {
    std::string const sqlstate = sqlstate_of(error);
    if (is_transient_conflict(sqlstate) || is_cancellation(sqlstate)) throw;
    ApiError const refusal = to_api_error(error, exchange.request_id);
    if (!is_final(refusal)) throw refusal;
    return error_outcome(refusal);
  }
}

/// The members as they are stored: a secret that the answer tells once is told by no replay. Our own
/// serialiser writes the member, and no string value can contain its unescaped quotes, so the search finds
/// nothing else.
std::string without_secret(std::string members) {
  constexpr std::string_view kMember = "\"secret\":\"";
  size_t const start = members.find(kMember);
  if (start == std::string::npos) return members;
  size_t const value = start + kMember.size() - 1;
  size_t const end = members.find('"', value + 1) + 1;
  return members.replace(value, end - value, "null");
}

}  // namespace

void run_once(Exchange& exchange, const ApiKey& api_key, const UuidBytes& key, const json::Value* body,
              const std::function<Outcome()>& effect) {
  Fingerprint const fingerprint = fingerprint_of(exchange, api_key, body);
  if (std::optional<StoredAnswer> stored = claim_for_request(exchange, api_key.tenant_id, key, fingerprint)) {
    exchange.answer.headers += kReplayedHeader;
    write_answer(exchange, {stored->http_status, std::move(stored->answer), ",\"idempotent\":true"});
    return;
  }
  Outcome const outcome = outcome_of(exchange, effect);
  store_idempotent_answer(api_key.tenant_id, key, outcome.http_status, without_secret(outcome.members));
  write_answer(exchange, outcome);
}

}  // namespace pg_booking::v1
