#include "face/rest/plan/call_plan.hpp"

#include <algorithm>

#include "face/rest/plan/refusal.hpp"
#include "face/rest/plan/write_plan.hpp"

namespace pg_booking::rest {
namespace {

bool contains(const std::vector<std::string>& sorted, const std::string& name) {
  return std::binary_search(sorted.begin(), sorted.end(), name);
}

/// A body that is one value: not JSON, so it has no names.
bool is_single_value(const CallArguments& arguments) {
  Media::Kind const kind = arguments.content_type.kind;
  return arguments.is_post &&
         (kind == Media::Kind::text || kind == Media::Kind::xml || kind == Media::Kind::octets);
}

bool takes_names(const Function& function, const CallArguments& arguments) {
  if (function.parameters.empty()) return arguments.names.empty() && !is_single_value(arguments);
  for (const Parameter& parameter : function.parameters)
    if (parameter.required && !contains(arguments.names, parameter.name)) return false;
  return std::all_of(arguments.names.begin(), arguments.names.end(), [&](const std::string& name) {
    return std::any_of(function.parameters.begin(), function.parameters.end(),
                       [&](const Parameter& parameter) { return parameter.name == name; });
  });
}

/// Whether the whole body is the function's only, unnamed, argument.
bool takes_body(const Function& function, const CallArguments& arguments) {
  if (!arguments.is_post || function.parameters.size() != 1) return false;
  const Parameter& parameter = function.parameters.front();
  if (!parameter.name.empty()) return false;
  switch (arguments.content_type.kind) {
    case Media::Kind::json:
      return parameter.type == "json" || parameter.type == "jsonb";
    case Media::Kind::text:
      return parameter.type == "text";
    case Media::Kind::xml:
      return parameter.type == "xml";
    case Media::Kind::octets:
      return parameter.type == "bytea";
    default:
      return false;
  }
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

[[noreturn]] void refuse_unknown(Catalog& catalog, const QualifiedName& name,
                                 const CallArguments& arguments) {
  std::string const function = name.schema + "." + name.name;
  bool const single = is_single_value(arguments);
  std::string const none = " without parameters";
  std::string message = "Could not find the function " + function;
  if (!single) message += arguments.names.empty() ? none : "(" + joined(arguments.names) + ")";
  std::string details = "Searched for the function " + function;
  if (single) {
    std::string_view const type = arguments.content_type.kind == Media::Kind::text  ? "text"
                                  : arguments.content_type.kind == Media::Kind::xml ? "xml"
                                                                                    : "bytea";
    details += " with a single unnamed " + std::string(type) + " parameter";
  } else {
    details += arguments.names.empty()
                   ? none
                   : (arguments.names.size() > 1 ? " with parameters " : " with parameter ") +
                         joined(arguments.names);
    if (arguments.is_post && arguments.content_type.kind == Media::Kind::json)
      details += " or with a single unnamed json/jsonb parameter";
  }
  throw Refusal{
      {.code = "PGRST202",
       .message = message + " in the schema cache",
       .details = details + ", but no matches were found in the schema cache.",
       .hint = single ? std::nullopt : catalog.similar_function(name.schema, name.name, arguments.names)}};
}

[[noreturn]] void refuse_ambiguous(const std::vector<const Function*>& candidates) {
  std::string message = "Could not choose the best candidate function between: ";
  bool first_candidate = true;
  for (const Function* const function : candidates) {
    if (!first_candidate) message += ", ";
    first_candidate = false;
    message += function->name.schema + "." + function->name.name + "(";
    bool first = true;
    for (const Parameter& parameter : function->parameters) {
      if (!first) message += ", ";
      first = false;
      message += parameter.name + " => " + parameter.type;
    }
    message += ")";
  }
  throw Refusal{{.code = "PGRST203",
                 .message = message,
                 .hint = "Try renaming the parameters or the function itself in the database so function "
                         "overloading can be resolved"}};
}

/// The values given for a parameter, as the text of its value: of a variadic one an array.
void append_argument(SqlText& sql, const Parameter& parameter, const std::vector<Argument>& values) {
  if (parameter.variadic) sql += "VARIADIC ";
  sql += quote_name(parameter.name) + " := ";
  if (parameter.variadic) {
    std::vector<std::string> elements;
    for (const auto& [name, value] : values)
      if (name == parameter.name) elements.push_back(value);
    sql.add_value(array_text(elements));
  } else {
    // The last one wins.
    for (auto value = values.rbegin(); value != values.rend(); ++value)
      if (value->first == parameter.name) {
        sql.add_value(value->second);
        break;
      }
  }
  sql += "::" + parameter.wide_type;
}

template <typename Append>
void append_invocation(SqlText& sql, const Function& function, const Append& append_arguments) {
  std::string const name = quote_name(function.name);
  if (function.returns_values()) {
    sql += "(SELECT " + name + "(";
    append_arguments();
    sql += ") pgrst_scalar) pgrst_call";
    return;
  }
  sql += name + "(";
  append_arguments();
  sql += ") pgrst_call";
}

std::vector<const Parameter*> given_parameters(const Function& function, const CallArguments& arguments) {
  std::vector<const Parameter*> given;
  for (const Parameter& parameter : function.parameters)
    if (contains(arguments.names, parameter.name)) given.push_back(&parameter);
  return given;
}

void append_result(SqlText& sql, const Function& function, const ReadNode& root) {
  if (function.returns_values()) {
    sql += "pgrst_call.pgrst_scalar ";
    return;
  }
  std::vector<std::string> names = needed_columns(root, {});
  if (names.empty() || names.front() == "*") {
    sql += "pgrst_call.* ";
    return;
  }
  for (const std::string& name : filter_fields(root))
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  for (const PlannedOrder& term : root.order)
    if (term.relation.empty() && std::find(names.begin(), names.end(), term.field.field.name) == names.end())
      names.push_back(term.field.field.name);
  bool first = true;
  for (const std::string& name : names) {
    if (!first) sql += ", ";
    first = false;
    sql += "pgrst_call." + quote_name(name);
  }
  sql += " ";
}

}  // namespace

const Function& find_function(Catalog& catalog, const QualifiedName& name, const CallArguments& arguments) {
  std::vector<const Function*> by_names;
  std::vector<const Function*> by_body;
  for (const Function& function : catalog.find_functions(name.schema, name.name)) {
    if (takes_names(function, arguments))
      by_names.push_back(&function);
    else if (takes_body(function, arguments))
      by_body.push_back(&function);
  }
  const std::vector<const Function*>& candidates = by_names.empty() ? by_body : by_names;
  if (candidates.empty()) refuse_unknown(catalog, name, arguments);
  if (candidates.size() > 1) refuse_ambiguous(candidates);
  return *candidates.front();
}

void append_call(SqlText& sql, const Function& function, const CallArguments& arguments,
                 const ReadNode& root) {
  sql += "SELECT ";
  append_result(sql, function, root);
  if (function.parameters.size() == 1 && function.parameters.front().name.empty()) {
    const std::string& type = function.parameters.front().type;
    sql += "FROM ";
    append_invocation(sql, function, [&] {
      sql.add_value(arguments.body == nullptr ? std::string() : *arguments.body, type == "bytea");
      sql += "::" + type;
    });
    return;
  }
  std::vector<const Parameter*> const given = given_parameters(function, arguments);
  if (arguments.body == nullptr || given.empty()) {
    sql += "FROM ";
    append_invocation(sql, function, [&] {
      bool first = true;
      for (const Parameter* const parameter : given) {
        if (!first) sql += ", ";
        first = false;
        append_argument(sql, *parameter, arguments.values);
      }
    });
    return;
  }
  std::vector<BodyColumn> columns;
  for (const Parameter* const parameter : given)
    columns.push_back({.name = parameter->name, .type = parameter->wide_type});
  append_body_rows(sql, *arguments.body, columns, false, true);
  sql += ", LATERAL ";
  append_invocation(sql, function, [&] {
    bool first = true;
    for (const Parameter* const parameter : given) {
      if (!first) sql += ", ";
      first = false;
      if (parameter->variadic) sql += "VARIADIC ";
      sql += quote_name(parameter->name) + " := pgrst_body." + quote_name(parameter->name);
    }
  });
}

}  // namespace pg_booking::rest
