#include <algorithm>

#include "face/rest/execute/statement.hpp"
#include "face/rest/openapi/address.hpp"
#include "face/rest/openapi/facts.hpp"
#include "face/rest/operations.hpp"
#include "face/rest/plan/refusal.hpp"

// GET and HEAD of the root: the OpenAPI document.
namespace pg_booking::rest {
namespace {

bool accepts_document(const std::vector<Media>& accepted) {
  return std::any_of(accepted.begin(), accepted.end(), [](const Media& media) {
    return media.kind == Media::Kind::any || media.kind == Media::Kind::json ||
           media.kind == Media::Kind::openapi;
  });
}

/// The one-column key by which a column's values are those of another table's, if there is one.
std::optional<std::pair<std::string, std::string>> reference_of(Catalog& catalog, const Relation& relation,
                                                                const std::string& column) {
  for (const Relationship& relationship :
       catalog.find_relationships(relation, relation.name.schema, column, "")) {
    bool const is_to_one = relationship.cardinality == Cardinality::many_to_one ||
                           relationship.cardinality == Cardinality::one_to_one;
    if (is_to_one && relationship.columns.size() == 1 && relationship.columns.front().own == column)
      return std::pair(relationship.foreign.name, relationship.columns.front().foreign);
  }
  return std::nullopt;
}

void add_keys(Catalog& catalog, const std::string& schema, DescribedRelation& described) {
  const Relation* const relation = catalog.find_relation(schema, described.name);
  if (relation == nullptr) return;
  for (DescribedColumn& column : described.columns) {
    column.is_key =
        std::binary_search(relation->primary_key.begin(), relation->primary_key.end(), column.name);
    column.reference = reference_of(catalog, *relation, column.name);
  }
}

std::string fact(const char* statement, std::vector<StatementValue> values) {
  return run_statement({.text = statement, .values = std::move(values)},
                       {.format = RowFormat::raw, .read_only = true})
      .text;
}

DescribedApi describe(const RestRequest& request, Catalog& catalog) {
  bool const ignores_privileges = request.settings.openapi_mode == OpenApiMode::ignore_privileges;
  std::vector<StatementValue> const values = {{request.schema}, {ignores_privileges ? "true" : "false"}};
  PublicAddress address = public_address(request.settings.openapi_server_proxy_uri,
                                         find_header(request.exchange.headers, "host").value_or(""));
  DescribedApi api{.version = PG_BOOKING_VERSION,
                   .scheme = std::move(address.scheme),
                   .host = std::move(address.host),
                   .path = std::move(address.path),
                   .asks_for_token = request.settings.openapi_security_active,
                   .relations = read_relation_facts(fact(kRelationFacts, values)),
                   .functions = read_function_facts(fact(kFunctionFacts, values))};
  if (std::string comment = fact(kSchemaComment, {{request.schema}}); !comment.empty())
    api.comment = std::move(comment);
  for (DescribedRelation& relation : api.relations) add_keys(catalog, request.schema, relation);
  return api;
}

}  // namespace

PreparedOperation prepare_root(const RestRequest& request, Catalog& catalog) {
  if (request.settings.openapi_mode == OpenApiMode::disabled)
    throw Refusal{{.code = "PGRST126", .message = "Root endpoint metadata is disabled"}};
  if (!accepts_document(request.accepted)) refuse_media(request.accepted);
  check_preferences(request.preferences);
  return {.run = [&request, &catalog] {
    OperationAnswer answer{.headers = type_headers(request, parse_media("application/openapi+json"))};
    if (request.method == Method::get) answer.body = openapi_document(describe(request, catalog));
    return answer;
  }};
}

}  // namespace pg_booking::rest
