#include <algorithm>
#include <memory>

#include "face/rest/operations.hpp"
#include "face/rest/plan/call_plan.hpp"
#include "face/rest/plan/refusal.hpp"

// GET, HEAD and POST of a function.
namespace pg_booking::rest {
namespace {

struct CallOperation {
  const RestRequest& request;
  const Function& function;
  CallArguments arguments;
  ReadNode root;
  Representation representation;
};

CallArguments arguments_of(const RestRequest& request) {
  CallArguments arguments{.is_post = request.method == Method::post, .content_type = request.content_type};
  if (!arguments.is_post) {
    arguments.values = request.query.arguments;
  } else if (request.payload.kind == Payload::Kind::form) {
    arguments.values = request.payload.fields;
  } else {
    arguments.body = &request.payload.text;
    arguments.names = request.query.columns.value_or(request.payload.keys);
  }
  if (arguments.body == nullptr) {
    for (const auto& [name, value] : arguments.values) arguments.names.push_back(name);
    std::sort(arguments.names.begin(), arguments.names.end());
    arguments.names.erase(std::unique(arguments.names.begin(), arguments.names.end()), arguments.names.end());
  }
  return arguments;
}

SqlText source_of(const CallOperation& operation) {
  SqlText sql;
  sql += std::string("WITH ") + kSourceName + " AS (";
  append_call(sql, operation.function, operation.arguments, operation.root);
  sql += ") ";
  return sql;
}

/// Counting must not call the function again: it is asked for all rows then, and the answer shows some.
BodyOptions body_options(const CallOperation& operation, bool read_only) {
  BodyOptions options{.read_only = read_only,
                      .is_head = operation.request.method == Method::head,
                      .function = &operation.function};
  if (counts_rows(operation.request.preferences)) options.window = operation.root.range;
  return options;
}

OperationAnswer run_call(const CallOperation& operation, bool read_only) {
  const RestRequest& request = operation.request;
  BodyOptions const options = body_options(operation, read_only);
  ReadNode root = operation.root;
  if (options.window && !operation.representation.explains) root.range = {};
  Body const body = make_body(operation.representation, source_of(operation), root, options);
  const Media& media = operation.representation.media;
  if (operation.representation.explains) return {.headers = type_headers(request, media), .body = body.text};
  check_max_affected(request.preferences, body.rows);
  std::optional<int64_t> const total = options.window ? std::optional(body.matched) : std::nullopt;
  OperationAnswer answer = ranged_answer(request, body, total);
  Preferences applied = common_preferences(request.preferences);
  applied.max_affected = request.preferences.max_affected;
  answer.headers += preference_header(applied);
  if (operation.function.result == Function::Result::nothing) {
    answer.status = 204;
    answer.body.clear();
    return answer;
  }
  answer.headers += type_headers(request, media);
  if (request.method == Method::head) answer.body.clear();
  return answer;
}

void check_max_affected_applies(const Preferences& preferences, const Function& function) {
  bool const is_bound = preferences.handling == Preferences::Handling::strict && preferences.max_affected;
  if (is_bound && function.returns_single())
    throw Refusal{{.code = "PGRST128",
                   .message = "Function must return SETOF or TABLE when max-affected preference is used with "
                              "handling=strict"}};
}

}  // namespace

PreparedOperation prepare_call(const RestRequest& request, Catalog& catalog) {
  CallArguments arguments = arguments_of(request);
  const Function& function = find_function(catalog, {request.schema, request.name}, arguments);
  QualifiedName const rows{request.schema, function.returns_values() ? request.name : function.row_type.name};
  const Relation* const relation =
      function.returns_values() ? nullptr : catalog.find_relation(rows.schema, rows.name);
  auto const operation =
      std::make_shared<CallOperation>(request, function, std::move(arguments),
                                      plan_read(catalog, rows, relation, request.query, request.range,
                                                RootSource::call, read_options(request.settings)),
                                      Representation{});
  operation->representation = negotiate(catalog, request.accepted,
                                        {.name = rows,
                                         .is_whole = selects_all(operation->root),
                                         .function = &function,
                                         .plan_enabled = request.settings.plan_enabled});
  check_preferences(request.preferences);
  check_max_affected_applies(request.preferences, function);
  bool const read_only = request.reads() || function.volatility != Volatility::volatile_;
  return {.run = [operation, read_only] { return run_call(*operation, read_only); },
          .read_only = read_only,
          .settings = &function.settings,
          .legacy_names = legacy_names(operation->root)};
}

}  // namespace pg_booking::rest
