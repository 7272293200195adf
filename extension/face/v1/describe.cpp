#include "face/v1/describe.hpp"

#include "text/email.hpp"
#include "text/json_write.hpp"
#include "text/webhook_url.hpp"

namespace pg_booking::v1 {
namespace {

/// Calls `use` with each part of a comma-separated list.
template <typename Use>
void for_each_part(std::string_view list, Use use) {
  while (!list.empty()) {
    std::string_view const part = list.substr(0, list.find(','));
    use(part);
    list.remove_prefix(std::min(list.size(), part.size() + 1));
  }
}

std::string enumeration(std::string_view choices, bool nullable) {
  std::string values = "\"enum\":[";
  for_each_part(choices, [&](std::string_view choice) {
    append_json_string(values, choice);
    values += ',';
  });
  if (nullable)
    values += "null";
  else
    values.pop_back();
  return values + ']';
}

/// The keywords that say what parse_text in input.cpp accepts, beside "type".
std::string constraints(const Field& field, bool nullable) {
  switch (field.type) {
    case Type::slug:
      return R"("minLength":1,"maxLength":)" + std::to_string(kMaxSlugLength);
    case Type::public_id:
      return R"("pattern":"^)" + std::string(field.prefix) + R"(_[0-7][0-9a-hjkmnp-tv-z]{25}$")";
    case Type::date:
      return R"("format":"date")";
    case Type::time_of_day:
      return R"("pattern":"^([01][0-9]|2[0-3]):[0-5][0-9]$","examples":["10:00"])";
    case Type::timestamp:
      return R"("format":"date-time")";
    case Type::text:
      return R"("minLength":1,"maxLength":)" + std::to_string(field.maximum);
    case Type::email:
      return R"("format":"email","maxLength":)" + std::to_string(kMaxEmailLength);
    case Type::webhook_url:
      return R"("format":"uri","pattern":"^https://","maxLength":)" + std::to_string(kMaxWebhookUrlLength);
    case Type::phone:
      return R"("pattern":"^\\+[1-9]([ .()-]*[0-9]){6,14}$","examples":["+36301234567"],"maxLength":)" +
             std::to_string(kMaxPhoneLength);
    case Type::integer:
      return R"("minimum":)" + std::to_string(field.minimum) + R"(,"maximum":)" +
             std::to_string(field.maximum) + R"(,"default":)" + std::to_string(field.default_value);
    case Type::one_of:
      return enumeration(field.choices, nullable);
    case Type::some_of:
      return R"("minItems":1,"items":{"type":"string",)" + enumeration(field.choices, false) + '}';
    case Type::boolean:
      return R"("default":false)";
  }
  return {};
}

const char* type_name(Type type) {
  switch (type) {
    case Type::integer:
      return "\"integer\"";
    case Type::some_of:
      return "\"array\"";
    case Type::boolean:
      return "\"boolean\"";
    default:
      return "\"string\"";
  }
}

const char* source_name(Source source) {
  switch (source) {
    case Source::path:
      return "path";
    case Source::query:
      return "query";
    case Source::body:
      return "body";
  }
  return "";
}

void append_input(std::string& out, const Field& field) {
  // A member of the body that is null counts as absent.
  bool const nullable = field.source == Source::body && !field.required;
  if (out.size() > 1) out += ',';
  out += "{\"name\":";
  append_json_string(out, field.name);
  out += ",\"in\":\"";
  out += source_name(field.source);
  out += field.required ? R"(","required":true,"description":)" : R"(","required":false,"description":)";
  append_json_string(out, field.description);
  out += R"(,"schema":{"type":)";
  if (nullable) out += '[';
  out += type_name(field.type);
  if (nullable) out += ",\"null\"]";
  out += ',';
  out += constraints(field, nullable);
  out += "}}";
}

void append_slug(std::string& out, const Route& route) {
  SlugRule const rule = route.operation->slug_rule;
  bool const has_body = route.method != "GET";
  Field slug{.name = "salonSlug",
             .source = Source::query,
             .type = Type::slug,
             .required = rule == SlugRule::in_query,
             .description = "The business, which must be the key's own."};
  if (rule != SlugRule::in_body) append_input(out, slug);
  slug.source = Source::body;
  slug.required = rule == SlugRule::in_body;
  if (rule != SlugRule::in_query && has_body) append_input(out, slug);
}

}  // namespace

bool is_public(const Route& route) {
  return route.capability.empty();
}

std::string describe_inputs(const Route& route) {
  std::string inputs = "[";
  if (!is_public(route)) append_slug(inputs, route);
  for (const Field& field : route.operation->fields) append_input(inputs, field);
  return inputs + ']';
}

std::string_view describe_slug_rule(const Route& route) {
  if (is_public(route)) return {};
  switch (route.operation->slug_rule) {
    case SlugRule::in_query:
      return "query";
    case SlugRule::in_body:
      return "body";
    case SlugRule::anywhere:
      return "anywhere";
    case SlugRule::optional:
      return "optional";
  }
  return {};
}

std::vector<std::string_view> possible_errors(const Route& route) {
  const Operation& operation = *route.operation;
  std::vector<std::string_view> codes = {"request.invalid_input", "rate_limit.exceeded", "internal.error",
                                         "internal.unavailable"};
  if (!is_public(route))
    codes.insert(codes.end(), {"auth.missing_key", "auth.invalid_key", "auth.key_revoked", "auth.key_expired",
                               "auth.plan_insufficient", "auth.capability_missing", "auth.scope_mismatch"});
  if (route.method != "GET")
    codes.insert(codes.end(), {"request.unsupported_media_type", "request.payload_too_large"});
  if (route.writes)
    codes.insert(codes.end(), {"idempotency.invalid_key", "idempotency.payload_mismatch",
                               "idempotency.in_progress", "internal.outcome_unknown"});
  if (!operation.not_found.empty()) codes.push_back(operation.not_found);
  for_each_part(operation.errors, [&](std::string_view code) { codes.push_back(code); });
  return codes;
}

}  // namespace pg_booking::v1
