#include "face/rest/openapi/document.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "text/rapidjson.hpp"

namespace pg_booking::rest {
namespace {

using Text = std::string_view;
using Writer = json::Writer<json::StringBuffer>;

void write(Writer& json, Text text) {
  json.String(text.data(), static_cast<json::SizeType>(text.size()));
}

void key(Writer& json, Text name) {
  json.Key(name.data(), static_cast<json::SizeType>(name.size()));
}

void member(Writer& json, Text name, Text value) {
  key(json, name);
  write(json, value);
}

void optional_member(Writer& json, Text name, const std::optional<std::string>& value) {
  if (value) member(json, name, *value);
}

void boolean_member(Writer& json, Text name, bool value) {
  key(json, name);
  json.Bool(value);
}

template <typename Texts>
void list_member(Writer& json, Text name, const Texts& texts) {
  key(json, name);
  json.StartArray();
  for (const auto& text : texts) write(json, text);
  json.EndArray();
}

template <typename WriteMembers>
void object(Writer& json, WriteMembers write_members) {
  json.StartObject();
  write_members();
  json.EndObject();
}

template <typename WriteMembers>
void object_member(Writer& json, Text name, WriteMembers write_members) {
  key(json, name);
  object(json, write_members);
}

void reference(Writer& json, Text kind, Text name) {
  object(json, [&] { member(json, "$ref", "#/" + std::string(kind) + "/" + std::string(name)); });
}

// ---- Types

struct JsonType {
  Text sql, type, format;
};

// Those that are not simply strings; json and jsonb are of any type.
constexpr std::array kTypes = {
    JsonType{"boolean", "boolean", "boolean"},
    JsonType{"smallint", "integer", "int32"},
    JsonType{"integer", "integer", "int32"},
    JsonType{"bigint", "integer", "int64"},
    JsonType{"numeric", "number", "numeric"},
    JsonType{"real", "number", "real"},
    JsonType{"double precision", "number", "double precision"},
    JsonType{"json", "", "json"},
    JsonType{"jsonb", "", "jsonb"},
};

JsonType type_of(Text sql) {
  const auto found =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const JsonType& type) { return type.sql == sql; });
  if (found != kTypes.end()) return *found;
  return {sql, sql.ends_with("[]") ? "array" : "string", sql};
}

Text element_of(Text sql) {
  return sql.substr(0, sql.size() - 2);
}

void type_members(Writer& json, Text sql) {
  const JsonType type = type_of(sql);
  member(json, "format", type.format);
  if (!type.type.empty()) member(json, "type", type.type);
  if (type.type != "array") return;
  object_member(json, "items", [&] {
    const Text element = type_of(element_of(sql)).type;
    if (!element.empty()) member(json, "type", element);
  });
}

bool is_number(Text text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const size_t point = text.find('.');
  const auto is_digits = [](Text digits) {
    return !digits.empty() && digits.find_first_not_of("0123456789") == Text::npos;
  };
  const Text whole = text.substr(0, point);
  if (!is_digits(whole) || (whole.size() > 1 && whole.front() == '0')) return false;
  return point == Text::npos || is_digits(text.substr(point + 1));
}

// Of what is no string only literals are shown.
void default_member(Writer& json, const DescribedColumn& column) {
  if (!column.default_value) return;
  const Text value = *column.default_value;
  if (type_of(column.type).type == "string") {
    member(json, "default", value);
  } else if (is_number(value) || value == "true" || value == "false") {
    key(json, "default");
    json.RawValue(value.data(), value.size(), json::kNumberType);
  }
}

// ---- Definitions

std::optional<std::string> description_of(const DescribedColumn& column) {
  if (!column.is_key && !column.reference) return column.comment;
  std::string note = "Note:";
  if (column.is_key) note += "\nThis is a Primary Key.<pk/>";
  if (column.reference) {
    const auto& [table, foreign] = *column.reference;
    note += "\nThis is a Foreign Key to `" + table + "." + foreign + "`.<fk table='" + table + "' column='" +
            foreign + "'/>";
  }
  return column.comment ? *column.comment + "\n\n" + note : note;
}

void column_schema(Writer& json, const DescribedColumn& column) {
  object_member(json, column.name, [&] {
    default_member(json, column);
    optional_member(json, "description", description_of(column));
    if (!column.labels.empty()) list_member(json, "enum", column.labels);
    if (column.max_length) {
      key(json, "maxLength");
      json.Int64(*column.max_length);
    }
    type_members(json, column.type);
  });
}

void relation_definition(Writer& json, const DescribedRelation& relation) {
  std::vector<Text> required;
  for (const DescribedColumn& column : relation.columns) {
    if (!column.is_nullable) required.push_back(column.name);
  }
  object_member(json, relation.name, [&] {
    optional_member(json, "description", relation.comment);
    if (!required.empty()) list_member(json, "required", required);
    object_member(json, "properties", [&] {
      for (const DescribedColumn& column : relation.columns) column_schema(json, column);
    });
    member(json, "type", "object");
  });
}

// ---- Parameters

void simple_parameter(Writer& json, Text id, Text name, Text in,
                      const std::optional<std::string>& description) {
  object_member(json, id, [&] {
    member(json, "name", name);
    optional_member(json, "description", description);
    boolean_member(json, "required", false);
    member(json, "in", in);
    member(json, "type", "string");
  });
}

void prefer_parameter(Writer& json, Text id, const std::vector<Text>& values) {
  object_member(json, id, [&] {
    member(json, "name", "Prefer");
    member(json, "description", "Preference");
    boolean_member(json, "required", false);
    member(json, "in", "header");
    member(json, "type", "string");
    if (!values.empty()) list_member(json, "enum", values);
  });
}

void common_parameters(Writer& json) {
  const std::vector<Text> returns = {"return=representation", "return=minimal", "return=headers-only"};
  std::vector<Text> posts = returns;
  posts.insert(posts.end(), {"resolution=ignore-duplicates", "resolution=merge-duplicates"});
  prefer_parameter(json, "preferParams", {});
  prefer_parameter(json, "preferReturn", returns);
  prefer_parameter(json, "preferCount", {"count=exact", "count=planned", "count=estimated"});
  prefer_parameter(json, "preferPost", posts);
  simple_parameter(json, "select", "select", "query", "Filtering Columns");
  simple_parameter(json, "on_conflict", "on_conflict", "query", "On Conflict");
  simple_parameter(json, "order", "order", "query", "Ordering");
  simple_parameter(json, "range", "Range", "header", "Limiting and Pagination");
  object_member(json, "rangeUnit", [&] {
    member(json, "name", "Range-Unit");
    member(json, "description", "Limiting and Pagination");
    boolean_member(json, "required", false);
    member(json, "default", "items");
    member(json, "in", "header");
    member(json, "type", "string");
  });
  simple_parameter(json, "offset", "offset", "query", "Limiting and Pagination");
  simple_parameter(json, "limit", "limit", "query", "Limiting and Pagination");
}

std::string body_id(const DescribedRelation& relation) {
  return "body." + relation.name;
}

std::string filter_id(const DescribedRelation& relation, const DescribedColumn& column) {
  return "rowFilter." + relation.name + "." + column.name;
}

void relation_parameters(Writer& json, const DescribedRelation& relation) {
  object_member(json, body_id(relation), [&] {
    member(json, "name", relation.name);
    member(json, "description", relation.name);
    boolean_member(json, "required", false);
    member(json, "in", "body");
    key(json, "schema");
    reference(json, "definitions", relation.name);
  });
  for (const DescribedColumn& column : relation.columns) {
    simple_parameter(json, filter_id(relation, column), column.name, "query", column.comment);
  }
}

// ---- Paths

// The first line of a comment, and the rest without the empty lines before it.
void summary_members(Writer& json, const std::optional<std::string>& comment, Text tag) {
  list_member(json, "tags", std::array{tag});
  if (!comment) return;
  const Text text = *comment;
  const size_t line_end = std::min(text.find('\n'), text.size());
  member(json, "summary", text.substr(0, line_end));
  const size_t rest = text.find_first_not_of('\n', line_end);
  if (rest != Text::npos) member(json, "description", text.substr(rest));
}

void responses_member(Writer& json, Text status, Text description) {
  object_member(json, "responses",
                [&] { object_member(json, status, [&] { member(json, "description", description); }); });
}

void parameters_member(Writer& json, const std::vector<std::string>& ids) {
  key(json, "parameters");
  json.StartArray();
  for (const std::string& id : ids) reference(json, "parameters", id);
  json.EndArray();
}

std::vector<std::string> joined(std::vector<std::string> first, const std::vector<std::string>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

void read_operation(Writer& json, const DescribedRelation& relation,
                    const std::vector<std::string>& filters) {
  object_member(json, "get", [&] {
    summary_members(json, relation.comment, relation.name);
    parameters_member(
        json, joined(filters, {"select", "order", "range", "rangeUnit", "offset", "limit", "preferCount"}));
    object_member(json, "responses", [&] {
      object_member(json, "200", [&] {
        member(json, "description", "OK");
        object_member(json, "schema", [&] {
          key(json, "items");
          reference(json, "definitions", relation.name);
          member(json, "type", "array");
        });
      });
      object_member(json, "206", [&] { member(json, "description", "Partial Content"); });
    });
  });
}

void write_operation(Writer& json, const DescribedRelation& relation, Text method,
                     const std::vector<std::string>& parameters, Text status, Text description) {
  object_member(json, method, [&] {
    summary_members(json, relation.comment, relation.name);
    parameters_member(json, parameters);
    responses_member(json, status, description);
  });
}

void relation_path(Writer& json, const DescribedRelation& relation) {
  std::vector<std::string> filters;
  for (const DescribedColumn& column : relation.columns) filters.push_back(filter_id(relation, column));
  const std::string body = body_id(relation);
  object_member(json, "/" + relation.name, [&] {
    read_operation(json, relation, filters);
    if (!relation.is_writable) return;
    write_operation(json, relation, "post", {body, "select", "preferPost"}, "201", "Created");
    write_operation(json, relation, "patch", joined(filters, {body, "preferReturn"}), "204", "No Content");
    write_operation(json, relation, "delete", joined(filters, {"preferReturn"}), "204", "No Content");
  });
}

constexpr std::array<Text, 3> kJsonTypes = {"application/json",
                                            "application/vnd.pgrst.object+json;nulls=stripped",
                                            "application/vnd.pgrst.object+json"};
constexpr std::array<Text, 4> kRowTypes = {kJsonTypes[0], kJsonTypes[1], kJsonTypes[2], "text/csv"};

void body_schema(Writer& json, const DescribedFunction& function) {
  std::vector<Text> required;
  for (const DescribedArgument& argument : function.arguments) {
    if (argument.is_required) required.push_back(argument.name);
  }
  object_member(json, "schema", [&] {
    optional_member(json, "description", function.comment);
    if (!required.empty()) list_member(json, "required", required);
    object_member(json, "properties", [&] {
      for (const DescribedArgument& argument : function.arguments) {
        object_member(json, argument.name, [&] { type_members(json, argument.type); });
      }
    });
    member(json, "type", "object");
  });
}

// In a query an array is written as PostgreSQL writes it, but a variadic one is a repeated parameter.
void query_argument(Writer& json, const DescribedArgument& argument) {
  const JsonType type = type_of(argument.type);
  object(json, [&] {
    member(json, "name", argument.name);
    boolean_member(json, "required", argument.is_required);
    member(json, "in", "query");
    if (!argument.is_variadic) {
      member(json, "format", type.format);
      member(json, "type", type.type.empty() || type.type == "array" ? Text("string") : type.type);
      return;
    }
    member(json, "type", "array");
    member(json, "collectionFormat", "multi");
    object_member(json, "items", [&] {
      const JsonType element = type_of(element_of(argument.type));
      member(json, "format", element.format);
      member(json, "type", element.type.empty() ? Text("string") : element.type);
    });
  });
}

template <typename WriteParameters>
void function_operation(Writer& json, const DescribedFunction& function, Text method,
                        WriteParameters write_parameters) {
  object_member(json, method, [&] {
    summary_members(json, function.comment, "(rpc) " + function.name);
    list_member(json, "produces", kJsonTypes);
    key(json, "parameters");
    json.StartArray();
    write_parameters();
    json.EndArray();
    responses_member(json, "200", "OK");
  });
}

void function_path(Writer& json, const DescribedFunction& function) {
  object_member(json, "/rpc/" + function.name, [&] {
    if (!function.is_volatile) {
      function_operation(json, function, "get", [&] {
        for (const DescribedArgument& argument : function.arguments) query_argument(json, argument);
      });
    }
    function_operation(json, function, "post", [&] {
      object(json, [&] {
        member(json, "name", "args");
        boolean_member(json, "required", true);
        member(json, "in", "body");
        body_schema(json, function);
      });
      reference(json, "parameters", "preferParams");
    });
  });
}

void root_path(Writer& json) {
  object_member(json, "/", [&] {
    object_member(json, "get", [&] {
      list_member(json, "tags", std::array{Text("Introspection")});
      member(json, "summary", "OpenAPI description (this document)");
      list_member(json, "produces", std::array{Text("application/openapi+json"), Text("application/json")});
      responses_member(json, "200", "OK");
    });
  });
}

// ---- The document

void info_member(Writer& json, const DescribedApi& api) {
  const Text comment = api.comment ? Text(*api.comment) : Text("REST API");
  const size_t line_end = std::min(comment.find('\n'), comment.size());
  const size_t rest = comment.find_first_not_of('\n', line_end);
  object_member(json, "info", [&] {
    member(json, "title", comment.substr(0, line_end));
    member(json, "description",
           rest == Text::npos ? Text("The tables, views and functions of a schema.") : comment.substr(rest));
    member(json, "version", api.version);
  });
}

void security_members(Writer& json) {
  object_member(json, "securityDefinitions", [&] {
    object_member(json, "JWT", [&] {
      member(json, "description", "Add the token prepending \"Bearer \" (without quotes) to it");
      member(json, "in", "header");
      member(json, "name", "Authorization");
      member(json, "type", "apiKey");
    });
  });
  key(json, "security");
  json.StartArray();
  object(json, [&] { list_member(json, "JWT", std::array<Text, 0>()); });
  json.EndArray();
}

}  // namespace

std::string openapi_document(const DescribedApi& api) {
  json::StringBuffer buffer;
  Writer json(buffer);
  object(json, [&] {
    member(json, "swagger", "2.0");
    info_member(json, api);
    member(json, "host", api.host);
    member(json, "basePath", api.path);
    list_member(json, "schemes", std::array{api.scheme});
    list_member(json, "consumes", kRowTypes);
    list_member(json, "produces", kRowTypes);
    object_member(json, "paths", [&] {
      root_path(json);
      for (const DescribedRelation& relation : api.relations) relation_path(json, relation);
      // Of overloaded functions the last one is shown.
      std::set<Text> shown;
      for (auto function = api.functions.rbegin(); function != api.functions.rend(); ++function) {
        if (shown.insert(function->name).second) function_path(json, *function);
      }
    });
    object_member(json, "definitions", [&] {
      for (const DescribedRelation& relation : api.relations) relation_definition(json, relation);
    });
    object_member(json, "parameters", [&] {
      common_parameters(json);
      for (const DescribedRelation& relation : api.relations) relation_parameters(json, relation);
    });
    if (api.asks_for_token) security_members(json);
    object_member(json, "externalDocs", [&] {
      member(json, "description", "PostgREST Documentation");
      member(json, "url", "https://postgrest.org/en/stable/references/api.html");
    });
  });
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace pg_booking::rest
