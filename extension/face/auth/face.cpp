#include "face/auth/face.hpp"

#include <optional>
#include <string>
#include <variant>

#include "engine/jwt_caller.hpp"
#include "engine/jwt_verifier.hpp"
#include "face/auth/answer.hpp"
#include "face/auth/execute.hpp"
#include "face/auth/operation.hpp"
#include "gateway/rate_limit.hpp"
#include "text/json_parse.hpp"
#include "text/json_write.hpp"

// Supabase Auth's dialect: the order of its checks. What an operation does is a function of schema auth.
namespace pg_booking::auth {
namespace {

constexpr size_t kMaxBodyBytes = size_t{1024} * 1024;

Answer refuse(int status, std::string_view code, std::string message) {
  return Answer{
      .status = status, .code = std::string(code), .message = std::move(message), .body = {}, .headers = {}};
}

/// As the gateway of a Supabase project says it, whatever the version of the API.
Answer refuse_project(const JwtRefusal& refusal) {
  Answer answer = refuse(refusal.http_status, refusal.code, refusal.message);
  answer.body = "{\"hint\":";
  append_json_string(answer.body, refusal.hint);
  answer.body += '}';
  return answer;
}

/// A refresh is no sign-in: tabs of one browser do many at once.
bool is_refresh(const Exchange& exchange) {
  const std::string* const grant = find_query(exchange.target, "grant_type");
  return grant != nullptr && *grant == "refresh_token";
}

/// Sign-ins, sign-ups and messages are counted by address and apikey; servers that hold the secret key are
/// not.
void limit(Exchange& exchange, const ProjectCaller& project) {
  if (exchange.route->rate_group.empty() || project.role == "service_role") return;
  if (is_refresh(exchange)) {
    limit_rate_by_address(exchange, rate_group("unauthenticated"));
    return;
  }
  const RateGroup& group = rate_group(exchange.route->rate_group);
  if (std::optional<CallerId> const caller = caller_of_client(exchange.request.peer, project.key_text))
    limit_rate(exchange, group, *caller, group.standard);
}

/// Who calls: nothing if that is in order, with the claims of the token in `claims`.
std::optional<Answer> authenticate(Exchange& exchange, std::string& claims) {
  Access const access = endpoint_of(*exchange.route).access;
  if (access == Access::open) {
    if (!exchange.route->rate_group.empty()) limit_rate_by_address(exchange, rate_group("unauthenticated"));
    return std::nullopt;
  }
  const std::string* const query_key = find_query(exchange.target, "apikey");
  auto const project = authenticate_project(
      exchange.headers, query_key == nullptr ? std::nullopt : std::optional<std::string_view>(*query_key),
      exchange.owner_id);
  if (const auto* const refusal = std::get_if<JwtRefusal>(&project)) {
    limit_rate_by_address(exchange, rate_group("unauthenticated"));
    return refuse_project(*refusal);
  }
  const ProjectCaller& caller = std::get<ProjectCaller>(project);
  limit(exchange, caller);
  if (access == Access::project) return std::nullopt;

  std::optional<std::string_view> const token = bearer_credentials(exchange.headers);
  if (!token || token->empty())
    return refuse(401, "no_authorization", "This endpoint requires a valid Bearer token");
  if (*token == caller.key_text) {
    claims = caller.claims;
    return std::nullopt;
  }
  auto verified = verify_jwt(*token, exchange.owner_id);
  if (const auto* const refusal = std::get_if<jwt::Refusal>(&verified))
    return refuse(403, "bad_jwt",
                  "invalid JWT: unable to parse or verify signature, " + refusal->wording().message);
  claims = std::get<jwt::Claims>(verified).json;
  return std::nullopt;
}

/// Checks the body and leaves it in `body`, if the operation takes one.
std::optional<Answer> read_body(const Exchange& exchange, std::string_view& body) {
  if (!endpoint_of(*exchange.route).takes_body) return std::nullopt;
  if (exchange.request.body.size() > kMaxBodyBytes)
    return refuse(413, "request_entity_too_large", "Request body exceeds 1 MiB");
  json::Document document;
  if (parse_json(exchange.request.body, document) || !document.IsObject())
    return refuse(400, "bad_json", "Could not parse request body as JSON");
  body = exchange.request.body;
  return std::nullopt;
}

Answer answer(Exchange& exchange) {
  std::string claims;
  if (std::optional<Answer> refusal = authenticate(exchange, claims)) return std::move(*refusal);
  std::string_view body;
  if (std::optional<Answer> refusal = read_body(exchange, body)) return std::move(*refusal);
  return execute(exchange, body, claims);
}

void run(Exchange& exchange) {
  write_answer(exchange, answer(exchange));
}

/// Auth's own word for what the gateway found.
std::string_view code_of(int status) {
  switch (status) {
    case 400:
      return "validation_failed";
    case 429:
      return "over_request_rate_limit";
    case 500:
      return "unexpected_failure";
    default:
      return "unknown";
  }
}

/// A browser's question before it sends a script's request: whoever has no key yet may ask.
bool answer_preflight(Exchange& exchange) {
  if (exchange.request.method != "OPTIONS" || !find_header(exchange.headers, "access-control-request-method"))
    return false;
  exchange.answer.headers.clear();
  std::string_view const wanted =
      find_header(exchange.headers, "access-control-request-headers").value_or("authorization, apikey");
  write_answer(exchange, {.status = 204,
                          .code = {},
                          .message = {},
                          .body = {},
                          .headers = "Access-Control-Allow-Methods: GET, POST, PUT, DELETE, OPTIONS\n"
                                     "Access-Control-Max-Age: 86400\n"
                                     "Access-Control-Allow-Headers: " +
                                     std::string(wanted) + "\n"});
  return true;
}

void render_error(Exchange& exchange, const ApiError& error) {
  // No route has the method OPTIONS, so every preflight comes here.
  if (answer_preflight(exchange)) return;
  int const status = error.code->http_status;
  write_answer(exchange, refuse(status, code_of(status), error.code->message));
}

}  // namespace

void face_init() {
  static constinit Face face{.prefix = "auth", .routes = {}, .run = run, .render_error = render_error};
  face.routes = routes();
  register_face(face);
}

}  // namespace pg_booking::auth
