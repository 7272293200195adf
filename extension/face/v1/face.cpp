#include "face/v1/face.hpp"

#include "engine/api_key.hpp"
#include "face/v1/describe.hpp"
#include "face/v1/envelope.hpp"
#include "face/v1/execute.hpp"
#include "face/v1/idempotent.hpp"
#include "face/v1/openapi.hpp"
#include "face/v1/operation.hpp"
#include "gateway/idempotency.hpp"
#include "gateway/rate_limit.hpp"
#include "gateway/routes.hpp"
#include "text/json_parse.hpp"
#include "text/json_write.hpp"

// Bokko's dialect: the order of its checks.
namespace pg_booking::v1 {
namespace {

constexpr size_t kMaxBodyBytes = size_t{64} * 1024;
// The rate group of calls without a valid key.
constexpr std::string_view kNoKey = "unauthenticated";
constexpr std::string_view kAuthenticate = "WWW-Authenticate: Bearer\n";

[[noreturn]] void refuse_fields(const FieldErrors& errors) {
  std::string details = "{\"fields\":{";
  for (bool first = true; const auto& [field, problem] : errors) {
    if (!first) details += ',';
    first = false;
    append_json_string(details, field);
    details += ':';
    append_json_string(details, problem);
  }
  throw ApiError("request.invalid_input", details + "}}");
}

[[noreturn]] void refuse_field(std::string_view field, std::string problem) {
  refuse_fields({{std::string(field), std::move(problem)}});
}

/// A caller without a valid key is counted by address. One with a valid key never is: what strangers behind
/// the same proxy do must not shut it out.
[[noreturn]] void refuse_caller(Exchange& exchange, std::string_view code) {
  limit_rate_by_address(exchange, rate_group(kNoKey));
  throw ApiError(code, {}, std::string(kAuthenticate));
}

ApiKey authenticate(Exchange& exchange) {
  std::optional<std::string_view> const authorization = find_header(exchange.headers, "authorization");
  std::optional<std::string_view> const token =
      authorization && count_header(exchange.headers, "authorization") == 1 ? bearer_token(*authorization)
                                                                            : std::nullopt;
  if (!token) refuse_caller(exchange, "auth.missing_key");
  const RateGroup& group = rate_group(exchange.route->rate_group);
  std::optional<ApiKey> key = find_api_key(*token, exchange.route->capability, group, exchange.owner_id);
  if (!key) refuse_caller(exchange, "auth.invalid_key");
  if (key->revoked) refuse_caller(exchange, "auth.key_revoked");
  if (key->expired) refuse_caller(exchange, "auth.key_expired");
  exchange.notes.tenant = key->tenant_id;
  limit_rate(exchange, group, key->id, key->rate_limit);
  return std::move(*key);
}

void authorize(const Route& route, const ApiKey& key) {
  if (!key.on_pro_plan) throw ApiError("auth.plan_insufficient");
  if (!key.has_capability) {
    std::string details = "{\"required\":";
    append_json_string(details, route.capability);
    throw ApiError("auth.capability_missing", details + "}");
  }
}

/// Parses the body of a POST or PUT into `document`; false when there is none.
bool read_body(const Exchange& exchange, json::Document& document) {
  const HttpRequest& request = exchange.request;
  if (exchange.route->method == "GET" || request.body.empty()) return false;
  if (request.body.size() > kMaxBodyBytes)
    throw ApiError("request.payload_too_large", R"({"maximumBytes":65536})");
  std::optional<std::string_view> const content_type = find_header(exchange.headers, "content-type");
  std::optional<MediaType> const media_type = content_type ? parse_media_type(*content_type) : std::nullopt;
  if (!media_type || media_type->type != "application/json" ||
      (!media_type->charset.empty() && media_type->charset != "utf-8"))
    throw ApiError("request.unsupported_media_type");
  if (std::optional<JsonError> const error = parse_json(request.body, document))
    refuse_field("body", "is no valid JSON at byte " + std::to_string(error->offset) + ": " + error->message);
  if (!document.IsObject()) refuse_field("body", "must be a JSON object");
  return true;
}

/// The slug is compared with the key's own and never looked up: an unknown and a foreign one get the same
/// answer.
void check_scope(const Exchange& exchange, const json::Value* body, const ApiKey& key) {
  SlugRule const rule = exchange.route->operation->slug_rule;
  if (count_query(exchange.target, "salonSlug") > 1) refuse_field("salonSlug", "must be given once");
  const std::string* const in_query = find_query(exchange.target, "salonSlug");
  const json::Value* const in_body = find_member(body, "salonSlug");
  if (in_body != nullptr && !in_body->IsString()) refuse_field("salonSlug", "must be a string");
  bool const missing = rule == SlugRule::in_query   ? in_query == nullptr
                       : rule == SlugRule::in_body  ? in_body == nullptr
                       : rule == SlugRule::anywhere ? in_query == nullptr && in_body == nullptr
                                                    : false;
  if (missing) refuse_field("salonSlug", "is required");
  // Wherever it is given, it must be right.
  bool const query_matches = in_query == nullptr || *in_query == key.tenant_slug;
  bool const body_matches =
      in_body == nullptr ||
      std::string_view(in_body->GetString(), in_body->GetStringLength()) == key.tenant_slug;
  if (!query_matches || !body_matches) throw ApiError("auth.scope_mismatch");
}

Outcome perform(const Exchange& exchange, const ApiKey& key, const std::vector<Value>& values) {
  const Operation& operation = *exchange.route->operation;
  Result result = execute(*exchange.route, key, values);
  if (result.rows == 0 && !operation.not_found.empty()) throw ApiError(operation.not_found);
  return success_outcome(operation, std::move(result));
}

void run(Exchange& exchange) {
  const Route& route = *exchange.route;
  if (is_public(route)) {
    limit_rate_by_address(exchange, rate_group(kNoKey));
    write_document(exchange, openapi_document(route));
    return;
  }
  const Operation& operation = *route.operation;
  ApiKey const key = authenticate(exchange);
  authorize(route, key);
  json::Document document;
  const json::Value* const body = read_body(exchange, document) ? &document : nullptr;
  check_scope(exchange, body, key);
  FieldErrors errors;
  std::vector<Value> const values = read_fields(operation, exchange, body, errors);
  if (!errors.empty()) refuse_fields(errors);
  std::optional<UuidBytes> const idempotency_key =
      route.writes ? read_idempotency_key(exchange) : std::nullopt;

  CallerScope scope(key, route.writes);
  auto const effect = [&] { return perform(exchange, key, values); };
  if (idempotency_key)
    run_once(exchange, key, *idempotency_key, body, effect);
  else
    write_answer(exchange, effect());
  scope.leave();
}

void render_error(Exchange& exchange, const ApiError& error) {
  write_answer(exchange, error_outcome(error));
}

}  // namespace

void face_init() {
  static constinit Face face{.prefix = "v1", .routes = {}, .run = run, .render_error = render_error};
  face.routes = routes();
  register_face(face);
}

}  // namespace pg_booking::v1
