#include <charconv>

#include "face/v1/operation.hpp"
#include "text/datetime.hpp"
#include "text/email.hpp"
#include "text/typeid.hpp"
#include "text/webhook_url.hpp"

namespace pg_booking::v1 {
namespace {

size_t count_characters(std::string_view utf8) {
  size_t count = 0;
  for (char const byte : utf8) count += (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
  return count;
}

bool is_choice(std::string_view choices, std::string_view value) {
  if (value.empty()) return false;
  while (!choices.empty()) {
    std::string_view const choice = choices.substr(0, choices.find(','));
    if (choice == value) return true;
    choices.remove_prefix(std::min(choices.size(), choice.size() + 1));
  }
  return false;
}

/// Parses the text form of a field. Returns what is wrong, or null.
const char* parse_text(const Field& field, const std::string& text, Value& value) {
  switch (field.type) {
    case Type::slug:
      if (text.empty() || text.size() > kMaxSlugLength) return "must be a slug of 1 to 100 characters";
      value = text;
      return nullptr;
    case Type::public_id:
      value = parse_typeid(field.prefix, text).value_or(UuidBytes{});
      return nullptr;
    case Type::date: {
      std::optional<CivilDate> const date = parse_date(text);
      if (!date) return "must be a date, YYYY-MM-DD";
      value = Day{days_from_civil(*date)};
      return nullptr;
    }
    case Type::time_of_day: {
      std::optional<int> const minutes = parse_time_of_day(text);
      if (!minutes) return "must be a time of day, HH:MM";
      value = TimeOfDay{*minutes};
      return nullptr;
    }
    case Type::timestamp: {
      std::optional<int64_t> const instant = parse_rfc3339(text);
      if (!instant) return "must be a timestamp with its offset, such as 2026-05-12T08:00:00Z";
      value = Instant{*instant};
      return nullptr;
    }
    case Type::text:
      if (text.empty()) return "must not be empty";
      if (count_characters(text) > static_cast<size_t>(field.maximum)) return "is too long";
      value = text;
      return nullptr;
    case Type::email:
      if (!is_plausible_email(text)) return "must be an e-mail address";
      value = text;
      return nullptr;
    case Type::webhook_url:
      if (const char* const problem = webhook_url_problem(text)) return problem;
      value = text;
      return nullptr;
    case Type::phone:
      if (!is_e164_phone(text)) return "must be an international phone number such as +36301234567";
      value = text;
      return nullptr;
    case Type::integer: {
      int32_t number = 0;
      auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc() || end != text.data() + text.size()) return "must be a whole number";
      if (number < field.minimum || number > field.maximum) return "is out of range";
      value = number;
      return nullptr;
    }
    case Type::one_of:
      if (!is_choice(field.choices, text)) return "is none of the allowed values";
      value = text;
      return nullptr;
    case Type::some_of: {
      std::vector<std::string> parts;
      for (size_t start = 0; start <= text.size();) {
        size_t const end = std::min(text.find(',', start), text.size());
        parts.push_back(text.substr(start, end - start));
        if (!is_choice(field.choices, parts.back()))
          return "must be a comma-separated list of allowed values";
        start = end + 1;
      }
      value = std::move(parts);
      return nullptr;
    }
    case Type::boolean:
      break;  // no text
  }
  return "is not valid";
}

/// What a bad field is told to be, with the bounds where they help.
std::string describe(const Field& field, const char* problem) {
  std::string message = problem;
  if (field.type == Type::integer)
    message = "must be a whole number from " + std::to_string(field.minimum) + " to " +
              std::to_string(field.maximum);
  else if (field.type == Type::one_of || field.type == Type::some_of)
    message += ": " + std::string(field.choices);
  else if (field.type == Type::text)
    message = "must have 1 to " + std::to_string(field.maximum) + " characters";
  return message;
}

/// The field's text, or null when it is absent. Adds an error for a body member that is no string and for a
/// repeated parameter.
const std::string* find_text(const Field& field, const Exchange& exchange, const json::Value* body,
                             size_t& path_index, std::string& buffer, FieldErrors& errors) {
  switch (field.source) {
    case Source::path:
      return &exchange.path_parameters.at(path_index++);
    case Source::query:
      if (count_query(exchange.target, field.name) > 1) errors.emplace(field.name, "must be given once");
      return find_query(exchange.target, field.name);
    case Source::body:
      break;
  }
  const json::Value* const member = find_member(body, field.name);
  if (member == nullptr) return nullptr;
  if (!member->IsString()) {
    errors.emplace(field.name, "must be a string");
    return nullptr;
  }
  buffer.assign(member->GetString(), member->GetStringLength());
  return &buffer;
}

/// A member of the body that is true, false, null or absent.
void read_boolean(const Field& field, const json::Value* body, Value& value, FieldErrors& errors) {
  const json::Value* const member = find_member(body, field.name);
  if (member == nullptr) return;
  if (member->IsBool())
    value = member->GetBool();
  else
    errors.emplace(field.name, "must be true or false");
}

/// A parameter that the operation does not have would be a filter that silently does nothing.
void refuse_unknown_parameters(const Operation& operation, const Exchange& exchange, FieldErrors& errors) {
  for (const QueryParameter& parameter : exchange.target.query) {
    bool known = parameter.name == "salonSlug";  // checked with the key's scope
    for (const Field& field : operation.fields)
      known = known || (field.source == Source::query && field.name == parameter.name);
    if (!known) errors.emplace(parameter.name, "is no parameter of this request");
  }
}

}  // namespace

const json::Value* find_member(const json::Value* body, std::string_view name) {
  while (body != nullptr && body->IsObject()) {
    std::string_view const key = name.substr(0, name.find('.'));
    auto const member =
        body->FindMember(json::Value(json::StringRef(key.data(), static_cast<json::SizeType>(key.size()))));
    if (member == body->MemberEnd() || member->value.IsNull()) return nullptr;
    if (key.size() == name.size()) return &member->value;
    name.remove_prefix(key.size() + 1);
    body = &member->value;
  }
  return nullptr;
}

std::vector<Value> read_fields(const Operation& operation, const Exchange& exchange, const json::Value* body,
                               FieldErrors& errors) {
  std::vector<Value> values;
  values.reserve(operation.fields.size());
  size_t path_index = 0;
  std::string buffer;
  for (const Field& field : operation.fields) {
    Value& value = values.emplace_back();
    if (field.type == Type::boolean) {
      read_boolean(field, body, value, errors);
      continue;
    }
    const std::string* const text = find_text(field, exchange, body, path_index, buffer, errors);
    if (text != nullptr) {
      const char* const problem = parse_text(field, *text, value);
      if (problem != nullptr) errors.emplace(field.name, describe(field, problem));
    } else if (field.required) {
      errors.emplace(field.name, "is required");  // keeps an earlier "must be a string"
    } else if (field.type == Type::integer) {
      value = static_cast<int32_t>(field.default_value);
    }
  }
  refuse_unknown_parameters(operation, exchange, errors);
  if (operation.check != nullptr) operation.check(values, errors);
  return values;
}

}  // namespace pg_booking::v1
