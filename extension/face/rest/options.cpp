#include <algorithm>

#include "face/rest/catalog/writability.hpp"
#include "face/rest/operations.hpp"
#include "face/rest/plan/call_plan.hpp"
#include "face/rest/plan/refusal.hpp"

// OPTIONS: which methods a resource takes.
namespace pg_booking::rest {
namespace {

constexpr const char* kReading = "OPTIONS,GET,HEAD";

std::string relation_methods(const RestRequest& request, Catalog& catalog) {
  const Relation& relation = find_table(request, catalog);
  Writability const writable = writability_of(relation.id);
  std::string methods = kReading;
  if (writable.insertable) methods += ",POST";
  if (writable.insertable && writable.updatable && !relation.primary_key.empty()) methods += ",PUT";
  if (writable.updatable) methods += ",PATCH";
  if (writable.deletable) methods += ",DELETE";
  return methods;
}

/// Of overloaded functions one that only reads is enough for GET.
std::string function_methods(const RestRequest& request, Catalog& catalog) {
  const std::vector<Function>& functions = catalog.find_functions(request.schema, request.name);
  if (functions.empty()) find_function(catalog, {request.schema, request.name}, {});  // refuses
  bool const reads = std::any_of(functions.begin(), functions.end(), [](const Function& function) {
    return function.volatility != Volatility::volatile_;
  });
  return reads ? std::string(kReading) + ",POST" : "OPTIONS,POST";
}

std::string allowed_methods(const RestRequest& request, Catalog& catalog) {
  switch (request.resource) {
    case Resource::relation:
      return relation_methods(request, catalog);
    case Resource::function:
      return function_methods(request, catalog);
    case Resource::root:
      break;
  }
  return kReading;
}

}  // namespace

OperationAnswer answer_options(const RestRequest& request, Catalog& catalog) {
  OperationAnswer answer{.headers = "Allow: " + allowed_methods(request, catalog) + "\n"};
  // Of a request with an origin the answer tells more: see cors_headers.
  if (!find_header(request.exchange.headers, "origin")) answer.headers += "Access-Control-Allow-Origin: *\n";
  return answer;
}

}  // namespace pg_booking::rest
