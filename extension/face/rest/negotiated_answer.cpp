#include "face/rest/negotiated_answer.hpp"

#include "face/rest/answer/errors.hpp"
#include "face/rest/grammar/range.hpp"
#include "face/rest/plan/refusal.hpp"

namespace pg_booking::rest {

std::string type_headers(const RestRequest& request, const Media& media) {
  std::string headers = "Content-Type: " + content_type(media) + "\n";
  if (request.tells_schema) headers += "Content-Profile: " + request.schema + "\n";
  return headers;
}

std::string preference_header(const Preferences& applied) {
  std::string const value = preference_applied(applied);
  return value.empty() ? value : "Preference-Applied: " + value + "\n";
}

Preferences common_preferences(const Preferences& preferences) {
  return {.count = preferences.count,
          .transaction = preferences.transaction,
          .handling = preferences.handling,
          .timezone = preferences.timezone};
}

void check_preferences(const Preferences& preferences) {
  if (preferences.handling != Preferences::Handling::strict || preferences.unknown.empty()) return;
  std::string list;
  for (const std::string& preference : preferences.unknown) list += (list.empty() ? "" : ", ") + preference;
  throw Refusal{{.code = "PGRST122",
                 .message = "Invalid preferences given with handling=strict",
                 .details = "Invalid preferences: " + list}};
}

void check_max_affected(const Preferences& preferences, int64_t rows) {
  if (preferences.handling != Preferences::Handling::strict || !preferences.max_affected ||
      rows <= *preferences.max_affected)
    return;
  throw Refusal{{.code = "PGRST124",
                 .message = "Query result exceeds max-affected preference constraint",
                 .details = "The query affects " + std::to_string(rows) + " rows"}};
}

OperationAnswer ranged_answer(const RestRequest& request, const Body& body, std::optional<int64_t> total) {
  int64_t const offset = request.range.offset;
  OperationAnswer answer{.body = body.text};
  answer.headers = "Content-Range: " + content_range(offset, body.rows, total) + "\n";
  if (total && offset > *total) {
    answer.status = 416;
    answer.body = error_body(
        {.error = {.code = "PGRST103",
                   .message = "Requested range not satisfiable",
                   .details = "An offset of " + std::to_string(offset) +
                              " was requested, but there are only " + std::to_string(*total) + " rows."}},
        request.minimal_errors());
  } else if (total && body.rows < *total) {
    answer.status = 206;
  }
  return answer;
}

bool counts_rows(const Preferences& preferences) {
  return preferences.count == Preferences::Count::exact || preferences.count == Preferences::Count::estimated;
}

ReadOptions read_options(const Settings& settings) {
  return {.max_rows = settings.max_rows < 0 ? std::nullopt : std::optional<int64_t>(settings.max_rows),
          .aggregates_enabled = settings.aggregates_enabled,
          .legacy_target_names = settings.url_use_legacy_target_names};
}

const Relation& find_table(const RestRequest& request, Catalog& catalog) {
  const Relation* const relation = catalog.find_relation(request.schema, request.name);
  if (relation != nullptr) return *relation;
  throw Refusal{{.code = "PGRST205",
                 .message = "Could not find the table '" + request.schema + "." + request.name +
                            "' in the schema cache",
                 .hint = catalog.similar_table(request.schema, request.name)}};
}

}  // namespace pg_booking::rest
