#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string>

#include "face/rest/body.hpp"
#include "face/rest/request.hpp"

namespace pg_booking::rest {

/// What a statement's answer is before response.* settings have their say.
struct OperationAnswer {
  int status = 200;
  std::string headers = {};  // "Name: value\n" lines
  std::string body = {};
};

/// Content-Type, and Content-Profile where the answer tells its schema.
std::string type_headers(const RestRequest& request, const Media& media);

/// "Preference-Applied: …\n" or empty.
std::string preference_header(const Preferences& applied);

/// The preferences that any request may apply: the others cleared.
Preferences common_preferences(const Preferences& preferences);

/// Refuses what handling=strict does not let pass. Throws Refusal: PGRST122.
void check_preferences(const Preferences& preferences);

/// Throws Refusal PGRST124 where handling=strict bounds the rows that may be changed.
void check_max_affected(const Preferences& preferences, int64_t rows);

/// The answer with rows of a read or a call: its status and Content-Range follow from how many there are.
OperationAnswer ranged_answer(const RestRequest& request, const Body& body, std::optional<int64_t> total);

/// Whether the request wants the total number of rows counted, not estimated.
bool counts_rows(const Preferences& preferences);

ReadOptions read_options(const Settings& settings);

/// The relation that a request is about. Throws Refusal: PGRST205.
const Relation& find_table(const RestRequest& request, Catalog& catalog);

}  // namespace pg_booking::rest
