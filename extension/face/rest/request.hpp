#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "face/rest/grammar/media.hpp"
#include "face/rest/grammar/payload.hpp"
#include "face/rest/grammar/preferences.hpp"
#include "face/rest/grammar/query.hpp"
#include "face/rest/settings.hpp"
#include "gateway/exchange.hpp"

namespace pg_booking::rest {

enum class Method { get, head, post, patch, put, del, options };
enum class Resource { root, relation, function };

/// A request to /rest/v1, read but not yet compared with the database.
struct RestRequest {
  const Exchange& exchange;
  const Settings& settings;
  Resource resource = Resource::root;
  Method method = Method::get;
  std::string name = {};  // of the relation or function
  std::string path = {};  // below /rest/v1, decoded
  std::string schema = {};
  bool tells_schema = false;                    // whether the answer says which schema it is of
  std::vector<QueryParameter> body_query = {};  // of QUERY: the URL's and the body's parameters
  Query query = {};
  RowRange range = {};  // of the root
  Media content_type = {};
  std::string_view body = {};
  Payload payload = {};
  std::vector<Media> accepted = {};
  Preferences preferences = {};

  bool reads() const { return method == Method::get || method == Method::head; }
  const std::vector<QueryParameter>& parameters() const {
    return body_query.empty() ? exchange.target.query : body_query;
  }
  bool minimal_errors() const { return settings.client_error_verbosity == ErrorVerbosity::minimal; }
};

/// Reads a request in the order in which PostgREST finds its faults. Throws Refusal.
RestRequest read_request(const Exchange& exchange, const Settings& settings);

/// What the request's Prefer headers say.
Preferences read_preferences(const Exchange& exchange, const Settings& settings);

/// Whether Prefer: tx= is heeded.
bool allows_transaction_choice(const Settings& settings);

}  // namespace pg_booking::rest
