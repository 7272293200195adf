#include "face/rest/face.hpp"

#include "engine/jwt_caller.hpp"
#include "face/rest/answer/cors.hpp"
#include "face/rest/answer/errors.hpp"
#include "face/rest/answer/overrides.hpp"
#include "face/rest/batch.hpp"
#include "face/rest/catalog/backend_catalog.hpp"
#include "face/rest/execute/session.hpp"
#include "face/rest/idempotent.hpp"
#include "face/rest/operations.hpp"
#include "face/rest/plan/refusal.hpp"
#include "face/rest/request.hpp"
#include "face/rest/timing.hpp"
#include "gateway/rate_limit.hpp"
#include "gateway/routes.hpp"
#include "text/ascii.hpp"

#include "pg/guard.hpp"

// PostgREST's dialect: the order of its checks.
namespace pg_booking::rest {
namespace {

constexpr const char* kVary = "Vary: Accept, Prefer, Range\n";

bool is_minimal() {
  return current_settings().client_error_verbosity == ErrorVerbosity::minimal;
}

HttpAnswer to_http(ErrorAnswer answer) {
  return {.status = answer.status, .headers = std::move(answer.headers), .body = std::move(answer.body)};
}

HttpAnswer to_http(OperationAnswer answer) {
  return {.status = answer.status, .headers = std::move(answer.headers), .body = std::move(answer.body)};
}

JwtCaller authenticate(Exchange& exchange, const Settings& settings) {
  JwtOutcome outcome = authenticate_jwt(exchange.headers, settings.anon_role, exchange.owner_id);
  if (auto* const refusal = std::get_if<JwtRefusal>(&outcome)) {
    const auto text = [](std::string_view value) {
      return value.empty() ? std::nullopt : std::optional<std::string>(value);
    };
    ErrorAnswer answer = answer_refusal({.error = {.code = refusal->code,
                                                   .message = refusal->message,
                                                   .details = text(refusal->details),
                                                   .hint = text(refusal->hint)},
                                         .headers = refusal->header_line()},
                                        is_minimal());
    answer.status = refusal->http_status;
    throw RolledBackAnswer{to_http(std::move(answer))};
  }
  auto& caller = std::get<JwtCaller>(outcome);
  exchange.is_anonymous = caller.role == settings.anon_role;
  exchange.notes.tenant = caller.tenant_id;
  return std::move(caller);
}

/// Counts a call: of a user by what the token says, of anybody else by address. Who holds the service's own
/// key is not counted; OPTIONS costs nothing.
void limit_caller(Exchange& exchange, const JwtCaller& caller) {
  std::string_view const method = exchange.request.method;
  if (method == "OPTIONS") return;
  bool const reads = method == "GET" || method == "HEAD" || method == "QUERY";
  const RateGroup& group = rate_group(reads ? "read" : "write");
  if (caller.tenant_id)
    limit_rate(exchange, group, *caller.tenant_id, group.standard);
  else if (exchange.is_anonymous)
    limit_rate_by_address(exchange, rate_group("unauthenticated"));
}

constexpr std::string_view kDescribe = "restDescribe";  // the root, and OPTIONS
constexpr std::string_view kRead = "restRead";
constexpr std::string_view kWrite = "restWrite";
constexpr std::string_view kCall = "restCall";
constexpr std::string_view kBatch = "restBatch";
constexpr std::string_view kOperations[] = {kDescribe, kRead, kWrite, kCall, kBatch};

/// What a request is counted as: not by the relation's name, of which there may be any number. Known from its
/// first line, so that refused ones are counted, too.
std::string_view operation_of(const Exchange& exchange) {
  const std::vector<std::string>& segments = exchange.target.segments;  // rest, v1, a name
  std::string_view const method = exchange.request.method;
  if (is_batch(exchange)) return kBatch;
  if (method == "OPTIONS" || segments.size() < 3 || segments[2].empty()) return kDescribe;
  if (segments[2] == "rpc") return kCall;
  return method == "GET" || method == "HEAD" || method == "QUERY" ? kRead : kWrite;
}

PreparedOperation prepare(const RestRequest& request, Catalog& catalog) {
  if (request.resource == Resource::root) return prepare_root(request, catalog);
  if (request.resource == Resource::function) return prepare_call(request, catalog);
  return request.reads() ? prepare_read(request, catalog) : prepare_write(request, catalog);
}

/// response.headers and response.status, as the request's code may have set them, win over our own.
void apply_overrides(OperationAnswer& answer) {
  std::string const status = setting_of_request("response.status");
  if (!status.empty()) answer.status = read_response_status(status);
  answer.headers =
      override_headers(answer.headers, read_response_headers(setting_of_request("response.headers")));
  if (!has_header_line(answer.headers, "vary")) answer.headers += kVary;
}

std::string legacy_warning(const std::vector<std::pair<std::string, std::string>>& names) {
  if (names.empty()) return {};
  std::string changes;
  for (const auto& [name, alias] : names)
    changes += (changes.empty() ? "`" : ", `") + name + "` to `" + alias + "`";
  return "Warning: 299 PostgRESTv17 \"Embedded resource was referenced by relation name even though it "
         "has an alias. This is deprecated and will stop working in a future release. Update " +
         changes + " in query string filters, orders or limits.\"\n";
}

bool rolls_back(const Settings& settings, const Preferences& preferences) {
  if (preferences.transaction == Preferences::Transaction::rollback) return true;
  bool const always = settings.tx_end == TransactionEnd::rollback ||
                      settings.tx_end == TransactionEnd::rollback_allow_override;
  return always && preferences.transaction != Preferences::Transaction::commit;
}

/// Whether the request's work is to be rolled back, whatever its answer.
bool answer_request(Exchange& exchange) {
  Settings const settings = current_settings();
  Timing timing(settings.server_timing_enabled);
  JwtCaller const caller = authenticate(exchange, settings);
  limit_caller(exchange, caller);
  timing.end_phase(Phase::jwt);
  RestRequest const request = read_request(exchange, settings);
  timing.end_phase(Phase::parse);
  Catalog& catalog =
      current_catalog(settings.schemas, settings.extra_search_path, settings.hoisted_tx_settings);
  if (request.method == Method::options) {
    exchange.answer = to_http(answer_options(request, catalog));
    exchange.answer.headers += kVary;
    for (Phase const phase : {Phase::plan, Phase::transaction, Phase::response}) timing.end_phase(phase);
    exchange.answer.headers += timing.header();
    return false;
  }
  PreparedOperation const operation = prepare(request, catalog);
  timing.end_phase(Phase::plan);
  std::optional<IdempotentWrite> const once =
      operation.read_only ? std::nullopt : read_idempotent_write(exchange, caller);
  std::optional<OperationAnswer> earlier = once ? claim(exchange, *once) : std::nullopt;
  bool const is_repeated = earlier.has_value();
  // An answer of before is repeated only to whom the role and the pre-request function still let in.
  Session session({.caller = caller,
                   .exchange = exchange,
                   .path = request.path,
                   .schema = request.schema,
                   .extra_search_path = settings.extra_search_path,
                   .pre_request = settings.pre_request,
                   .timezone = request.preferences.timezone,
                   .function_settings = operation.settings,
                   .read_only = operation.read_only});
  exchange.limits_time = session.limits_time();
  OperationAnswer answer = earlier ? *std::move(earlier) : operation.run();
  if (!operation.read_only) check_deferred_constraints();
  timing.end_phase(Phase::transaction);
  if (!is_repeated) apply_overrides(answer);
  session.leave();
  if (once && !is_repeated) store_answer(*once, answer);
  answer.headers += legacy_warning(operation.legacy_names);
  timing.end_phase(Phase::response);
  answer.headers += timing.header();
  exchange.answer = to_http(std::move(answer));
  return rolls_back(settings, request.preferences);
}

bool answer_all(Exchange& exchange) {
  if (!is_batch(exchange)) return answer_request(exchange);
  Settings const settings = current_settings();
  refuse_idempotency_key(exchange);
  answer_batch(exchange, answer_request);
  return rolls_back(settings, read_preferences(exchange, settings));
}

void run(Exchange& exchange) {
  exchange.notes.operation = operation_of(exchange);
  if (is_preflight(exchange.request.method, exchange.headers)) {
    exchange.answer.headers = preflight_headers(exchange.headers);
    return;
  }
  exchange.batch_part.reset();
  try {
    if (answer_all(exchange)) throw RolledBackAnswer{std::move(exchange.answer)};
  } catch (const Refusal& refusal) {
    throw RolledBackAnswer{to_http(answer_refusal(refusal, is_minimal()))};
  }
}

/// An error of our own catalogue, by the name that /v1 has for it.
HttpAnswer answer_catalogued(const ErrorCode& entry, std::string details_json, std::string headers) {
  std::string_view const code = entry.code;
  Refusal refusal{.error = {.code = code == "internal.error" ? "PGRSTX00" : code, .message = entry.message},
                  .details_json = std::move(details_json),
                  .headers = std::move(headers)};
  if (code == "rate_limit.exceeded") refusal.error.hint = "Wait for as many seconds as Retry-After says.";
  HttpAnswer answer = to_http(answer_refusal(refusal, is_minimal()));
  answer.status = entry.http_status;
  return answer;
}

void render_error(Exchange& exchange, const ApiError& error) {
  exchange.answer = answer_catalogued(*error.code, error.details, exchange.answer.headers);
}

HttpAnswer answer_database_error(const Exchange& exchange, const DatabaseError& error) {
  if (std::optional<ApiError> ours = catalogued_error(error))
    return answer_catalogued(*ours->code, std::move(ours->details), {});
  return to_http(rest::answer_database_error(error.sqlstate, error.message, error.detail, error.hint,
                                             !exchange.is_anonymous, is_minimal()));
}

/// What is said with every answer: which part of a batch failed, and what browsers and tracers want to see.
void finish(Exchange& exchange) {
  name_failed_part(exchange);
  Settings const settings = current_settings();
  exchange.answer.headers += cors_headers(exchange.headers, split_list(settings.server_cors_allowed_origins));
  std::string const trace_header = to_ascii_lower(settings.server_trace_header);
  if (trace_header.empty()) return;
  if (std::optional<std::string_view> const value = find_header(exchange.headers, trace_header))
    exchange.answer.headers.append(settings.server_trace_header).append(": ").append(*value).append("\n");
}

}  // namespace

void face_init() {
  static constinit Face const face{.prefix = "rest",
                                   .routes = {},
                                   .run = run,
                                   .render_error = render_error,
                                   .operations = kOperations,
                                   .answer_database_error = answer_database_error,
                                   .finish = finish};
  catalog_init();
  register_face(face);
}

}  // namespace pg_booking::rest
