#include "face/rest/request.hpp"

#include <algorithm>
#include <array>

#include "face/rest/grammar/range.hpp"
#include "face/rest/plan/refusal.hpp"
#include "text/ascii.hpp"

namespace pg_booking::rest {
namespace {

struct MethodName {
  std::string_view name;
  Method method;
};

constexpr std::string_view kQuery = "QUERY";

constexpr std::array kMethods = {
    MethodName{kQuery, Method::get},    MethodName{"GET", Method::get},
    MethodName{"HEAD", Method::head},   MethodName{"POST", Method::post},
    MethodName{"PATCH", Method::patch}, MethodName{"PUT", Method::put},
    MethodName{"DELETE", Method::del},  MethodName{"OPTIONS", Method::options},
};

void read_path(RestRequest& request) {
  // "/rest/v1", "/rest/v1/", "/rest/v1/{relation}", "/rest/v1/rpc/{function}"
  const std::vector<std::string>& segments = request.exchange.target.segments;
  request.path = "/";
  for (size_t i = 2; i < segments.size(); i++) request.path += (i > 2 ? "/" : "") + segments[i];
  bool const is_version = segments.size() >= 2 && segments[1] == "v1";
  if (is_version && (segments.size() == 2 || (segments.size() == 3 && segments[2].empty()))) {
    request.resource = Resource::root;
  } else if (is_version && segments.size() == 3) {
    request.resource = Resource::relation;
    request.name = segments[2];
  } else if (is_version && segments.size() == 4 && segments[2] == "rpc") {
    request.resource = Resource::function;
    request.name = segments[3];
  } else {
    throw Refusal{{.code = "PGRST125", .message = "Invalid path specified in request URL"}};
  }
}

std::string_view header(const RestRequest& request, std::string_view lower_name) {
  return find_header(request.exchange.headers, lower_name).value_or("");
}

/// The method of RFC draft "The HTTP QUERY Method", which is GET with its query in the body. Where something
/// on the way lets only the usual methods pass, POST can say that it is one.
std::string_view method_name(const RestRequest& request) {
  std::string_view const method = request.exchange.request.method;
  bool const is_query = method == "POST" && header(request, "x-http-method-override") == kQuery;
  return is_query ? kQuery : method;
}

/// Writing methods say by Content-Profile which schema the body is for, reading ones by Accept-Profile which
/// one they accept.
void choose_schema(RestRequest& request) {
  std::string_view const method = method_name(request);
  bool const brings = method == "POST" || method == "PATCH" || method == "PUT" || method == "DELETE";
  std::vector<std::string_view> const schemas = split_list(request.settings.schemas);
  std::string_view wanted = header(request, brings ? "content-profile" : "accept-profile");
  // What supabase-js sends unless it is told another schema: whatever the project exposes.
  if (wanted == "public" && std::find(schemas.begin(), schemas.end(), wanted) == schemas.end()) wanted = {};
  request.tells_schema = schemas.size() > 1 || !wanted.empty();
  if (wanted.empty()) {
    if (!schemas.empty()) request.schema = schemas.front();
    return;
  }
  if (std::find(schemas.begin(), schemas.end(), wanted) == schemas.end()) {
    std::string list;
    for (std::string_view const schema : schemas) list.append(list.empty() ? "" : ", ").append(schema);
    throw Refusal{{.code = "PGRST106",
                   .message = "Invalid schema: " + std::string(wanted),
                   .hint = "Only the following schemas are exposed: " + list}};
  }
  request.schema = wanted;
}

[[noreturn]] void refuse_method(const RestRequest& request) {
  std::string const method(request.exchange.request.method);
  if (request.resource == Resource::function)
    throw Refusal{{.code = "PGRST101", .message = "Cannot use the " + method + " method on RPC"}};
  throw Refusal{{.code = "PGRST117", .message = "Unsupported HTTP method: " + method}};
}

void read_method(RestRequest& request) {
  std::string_view const name = method_name(request);
  auto const found = std::find_if(kMethods.begin(), kMethods.end(),
                                  [&](const MethodName& method) { return method.name == name; });
  if (found == kMethods.end()) refuse_method(request);
  request.method = found->method;
  bool const reads = request.reads() || request.method == Method::options;
  bool const known = request.resource == Resource::relation || reads ||
                     (request.resource == Resource::function && request.method == Method::post);
  if (!known) refuse_method(request);
}

/// The root's document may be what a function of the operator's says.
void choose_root(RestRequest& request) {
  if (request.resource != Resource::root || !request.reads() || request.settings.root_spec.empty()) return;
  request.resource = Resource::function;
  request.name = request.settings.root_spec;
}

void read_body_query(RestRequest& request) {
  std::string_view const type = header(request, "content-type");
  std::optional<std::vector<QueryParameter>> fields;
  if (parse_media(type).kind == Media::Kind::form) fields = parse_form(request.exchange.request.body);
  if (!fields)
    throw Refusal{
        {.code = "PGRST102",
         .message =
             "The body of QUERY must be application/x-www-form-urlencoded, written as a URL's query is"}};
  request.body_query = request.exchange.target.query;
  request.body_query.insert(request.body_query.end(), fields->begin(), fields->end());
}

void read_query(RestRequest& request) {
  if (method_name(request) == kQuery) read_body_query(request);
  bool const has_arguments = request.resource == Resource::function && request.method != Method::post;
  if (auto error =
          parse_query(request.parameters(),
                      has_arguments ? QueryUse::filters_and_arguments : QueryUse::filters, request.query))
    throw Refusal{*std::move(error)};
}

void read_range(RestRequest& request) {
  std::string_view const range = request.method == Method::get ? header(request, "range") : "";
  if (auto error = requested_rows(request.query, range, request.range)) throw Refusal{*std::move(error)};
  if (request.method == Method::put && request.range != RowRange{})
    throw Refusal{
        {.code = "PGRST114", .message = "limit/offset querystring parameters are not allowed for PUT"}};
}

void read_body(RestRequest& request) {
  std::string_view const type = header(request, "content-type");
  request.content_type = parse_media(type.empty() ? "application/json" : type);
  request.body = request.exchange.request.body;
  bool const has_body =
      request.method == Method::post || request.method == Method::patch || request.method == Method::put;
  if (!has_body) return;
  PayloadUse const use = request.resource == Resource::function ? PayloadUse::arguments : PayloadUse::rows;
  if (auto error = parse_payload(request.body, request.content_type, use, request.query.columns.has_value(),
                                 request.payload))
    throw Refusal{*std::move(error)};
}

std::vector<std::string_view> values_of(const std::vector<HeaderField>& headers,
                                        std::string_view lower_name) {
  std::vector<std::string_view> values;
  for (const HeaderField& field : headers)
    if (to_ascii_lower(field.name) == lower_name) values.push_back(field.value);
  return values;
}

std::vector<Media> read_accept(const RestRequest& request) {
  std::string joined;
  for (std::string_view const value : values_of(request.exchange.headers, "accept"))
    joined.append(joined.empty() ? "" : ",").append(value);
  return parse_accept(joined.empty() ? "*/*" : joined);
}

}  // namespace

Preferences read_preferences(const Exchange& exchange, const Settings& settings) {
  return parse_preferences(values_of(exchange.headers, "prefer"), allows_transaction_choice(settings));
}

bool allows_transaction_choice(const Settings& settings) {
  return settings.tx_end == TransactionEnd::commit_allow_override ||
         settings.tx_end == TransactionEnd::rollback_allow_override;
}

RestRequest read_request(const Exchange& exchange, const Settings& settings) {
  RestRequest request{.exchange = exchange, .settings = settings};
  request.preferences = read_preferences(exchange, settings);
  request.accepted = read_accept(request);
  read_path(request);
  choose_schema(request);
  read_method(request);
  choose_root(request);
  read_query(request);
  read_range(request);
  read_body(request);
  return request;
}

}  // namespace pg_booking::rest
