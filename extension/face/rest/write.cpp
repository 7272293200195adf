#include <memory>

#include "face/rest/execute/row_writer_format.hpp"
#include "face/rest/execute/session.hpp"
#include "face/rest/execute/statement.hpp"
#include "face/rest/grammar/range.hpp"
#include "face/rest/operations.hpp"
#include "face/rest/plan/read_sql.hpp"
#include "face/rest/plan/refusal.hpp"
#include "face/rest/plan/write_plan.hpp"
#include "text/ascii.hpp"

// POST, PATCH, PUT and DELETE of a relation.
namespace pg_booking::rest {
namespace {

struct WriteOperation {
  const RestRequest& request;
  const Relation& relation;
  ReadNode root;
  WritePlan plan;
  Representation representation;

  bool represents() const { return request.preferences.answer == Preferences::Return::representation; }
  bool tells_location() const {
    return plan.kind == WritePlan::Kind::insert &&
           request.preferences.answer == Preferences::Return::headers_only && !relation.primary_key.empty();
  }
};

WritePlan::Kind kind_of(Method method) {
  switch (method) {
    case Method::patch:
      return WritePlan::Kind::update;
    case Method::put:
      return WritePlan::Kind::put;
    case Method::del:
      return WritePlan::Kind::remove;
    default:
      return WritePlan::Kind::insert;
  }
}

SqlText source_of(const WritePlan& plan) {
  SqlText sql;
  sql += std::string("WITH ") + kSourceName + " AS (";
  append_write(sql, plan);
  sql += ") ";
  return sql;
}

/// The rows without a representation: how many, and the first one's key if Location is to tell it.
Body run_without_representation(const WriteOperation& operation) {
  SqlText sql = source_of(operation.plan);
  sql += "SELECT";
  bool first = true;
  if (operation.tells_location())
    for (const std::string& name : operation.relation.primary_key) {
      sql += first ? " " : ", ";
      first = false;
      sql += "to_json(" + quote_name(name) + ") #>> '{}' AS " + quote_name(name);
    }
  if (first) sql += " 1";
  sql += std::string(" FROM ") + kSourceName;
  StatementResult result = run_statement(
      sql, {.format = operation.tells_location() ? RowFormat::names : RowFormat::none, .read_only = false});
  if (operation.representation.kind == Representation::Kind::object && result.rows != 1)
    refuse_not_one_row(result.rows);
  return {.text = std::move(result.text), .rows = result.rows, .matched = result.matched};
}

void append_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (char const c : text) {
    if (is_ascii_letter(c) || is_ascii_digit(c) || c == '-' || c == '_' || c == '.' || c == '~') {
      out += c;
      continue;
    }
    auto const byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

/// The address of the one row, from "column=eq.value" parts that NUL ends.
std::string location_header(const WriteOperation& operation, const Body& body) {
  if (!operation.tells_location() || body.rows != 1) return {};
  std::string header = "Location: /" + operation.request.name + "?";
  std::string_view parts = body.text;
  bool first = true;
  while (!parts.empty()) {
    std::string_view const part = parts.substr(0, parts.find('\0'));
    parts.remove_prefix(part.size() + 1);
    size_t const equals = part.find("=eq.") != std::string_view::npos ? part.find("=eq.") : part.find("=is.");
    if (!first) header += '&';
    first = false;
    append_encoded(header, part.substr(0, equals));
    header += '=';
    append_encoded(header, part.substr(equals + 1));
  }
  return header + "\n";
}

int64_t inserted_rows() {
  std::string const count = setting_of_request(kInsertedSetting);
  return count.empty() ? 0 : std::stoll(count);
}

int success_status(const WriteOperation& operation) {
  switch (operation.plan.kind) {
    case WritePlan::Kind::insert: {
      bool const merges = operation.plan.resolution == Preferences::Resolution::merge_duplicates;
      return merges && inserted_rows() <= 0 ? 200 : 201;
    }
    case WritePlan::Kind::put:
      if (!operation.represents()) return 204;
      return inserted_rows() > 0 ? 201 : 200;
    default:
      return operation.represents() ? 200 : 204;
  }
}

std::string range_header(const WriteOperation& operation, int64_t rows) {
  if (operation.plan.kind == WritePlan::Kind::put) return {};
  std::optional<int64_t> const total =
      counts_rows(operation.request.preferences) ? std::optional(rows) : std::nullopt;
  int64_t const shown = operation.plan.kind == WritePlan::Kind::update ? rows : 0;
  return "Content-Range: " + content_range(0, shown, total) + "\n";
}

Preferences applied_preferences(const WriteOperation& operation) {
  const Preferences& given = operation.request.preferences;
  Preferences applied = common_preferences(given);
  applied.answer = given.answer;
  WritePlan::Kind const kind = operation.plan.kind;
  bool const has_target =
      !operation.relation.primary_key.empty() || operation.request.query.on_conflict.has_value();
  if (kind == WritePlan::Kind::insert && has_target) applied.resolution = given.resolution;
  if (kind == WritePlan::Kind::insert || kind == WritePlan::Kind::update) applied.missing = given.missing;
  if (kind == WritePlan::Kind::update || kind == WritePlan::Kind::remove)
    applied.max_affected = given.max_affected;
  return applied;
}

void check_rows(const WriteOperation& operation, int64_t rows) {
  WritePlan::Kind const kind = operation.plan.kind;
  if (kind == WritePlan::Kind::put && rows != 1)
    throw Refusal{
        {.code = "PGRST115", .message = "Payload values do not match URL in primary key column(s)"}};
  if (kind == WritePlan::Kind::update || kind == WritePlan::Kind::remove)
    check_max_affected(operation.request.preferences, rows);
}

/// Where reads have validators, a write on the condition of one must not happen without looking.
void refuse_condition(const RestRequest& request) {
  if (!request.settings.etag || !find_header(request.exchange.headers, "if-match")) return;
  throw Refusal{{.code = "PGRST127",
                 .message = "Writes do not heed If-Match",
                 .hint = "Filter by a column that every change changes, and see how many rows it affects."}};
}

OperationAnswer run_write(const WriteOperation& operation) {
  const RestRequest& request = operation.request;
  bool const with_rows = operation.represents() || operation.representation.explains;
  Body const body = with_rows ? make_body(operation.representation, source_of(operation.plan), operation.root,
                                          {.read_only = false})
                              : run_without_representation(operation);
  if (operation.representation.explains)
    return {.headers = type_headers(request, operation.representation.media), .body = body.text};
  check_rows(operation, body.rows);
  OperationAnswer answer{.status = success_status(operation)};
  answer.headers = location_header(operation, body) + range_header(operation, body.rows) +
                   preference_header(applied_preferences(operation));
  if (operation.represents()) {
    answer.headers += type_headers(request, operation.representation.media);
    answer.body = body.text;
  }
  return answer;
}

}  // namespace

PreparedOperation prepare_write(const RestRequest& request, Catalog& catalog) {
  refuse_condition(request);
  const Relation& relation = find_table(request, catalog);
  auto const operation =
      std::make_shared<WriteOperation>(request, relation,
                                       plan_read(catalog, relation.name, &relation, request.query, {},
                                                 RootSource::statement, read_options(request.settings)),
                                       WritePlan{.kind = kind_of(request.method)}, Representation{});
  operation->plan = plan_write(kind_of(request.method), relation, request.query, request.payload,
                               request.preferences, operation->root);
  check_preferences(request.preferences);
  operation->representation = negotiate(catalog, request.accepted,
                                        {.name = relation.name,
                                         .is_whole = selects_all(operation->root),
                                         .function = nullptr,
                                         .plan_enabled = request.settings.plan_enabled});
  return {.run = [operation] { return run_write(*operation); },
          .read_only = false,
          .legacy_names = legacy_names(operation->root)};
}

}  // namespace pg_booking::rest
