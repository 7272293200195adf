#include <algorithm>
#include <memory>

#include "face/rest/answer/etag.hpp"
#include "face/rest/execute/row_writer_format.hpp"
#include "face/rest/execute/statement.hpp"
#include "face/rest/operations.hpp"
#include "face/rest/plan/read_sql.hpp"

// GET and HEAD of a relation.
namespace pg_booking::rest {
namespace {

/// What a read is made of; shared by its two steps.
struct ReadOperation {
  const RestRequest& request;
  const Relation& relation;
  ReadNode root;
  Representation representation;
};

SqlText counting_statement(const ReadNode& root, const std::optional<int64_t>& limit) {
  SqlText sql;
  sql += "SELECT pg_catalog.count(*) FROM (";
  append_unranged(sql, root);
  if (limit) {
    sql += " LIMIT ";
    sql.add_value(std::to_string(*limit));
  }
  sql += ") AS counted";
  return sql;
}

int64_t count_rows(const ReadNode& root, const std::optional<int64_t>& limit) {
  StatementResult const result =
      run_statement(counting_statement(root, limit), {.format = RowFormat::raw, .read_only = true});
  return std::stoll(result.text);
}

int64_t planned_rows(const ReadNode& root) {
  SqlText sql;
  append_unranged(sql, root);
  return estimated_rows(sql);
}

/// The number of rows without the range, as exactly as the request wants it.
std::optional<int64_t> total_rows(const ReadOperation& operation, int64_t rows) {
  const std::optional<Preferences::Count>& count = operation.request.preferences.count;
  if (!count) return std::nullopt;
  if (*count == Preferences::Count::planned) return planned_rows(operation.root);
  bool const is_all = operation.root.range == RowRange{};
  std::optional<int64_t> const most = read_options(operation.request.settings).max_rows;
  bool const estimates = *count == Preferences::Count::estimated;
  int64_t const total =
      is_all ? rows : count_rows(operation.root, estimates && most ? std::optional(*most + 1) : std::nullopt);
  if (estimates && (!most || total > *most)) return std::max(total, planned_rows(operation.root));
  return total;
}

/// None where the query is too long for a URL.
std::string content_location(const RestRequest& request) {
  if (!request.body_query.empty()) return {};
  std::string const query = canonical_query(request.parameters());
  return "Content-Location: /" + request.name + (query.empty() ? "" : "?") + query + "\n";
}

/// Whether there are more rows of those asked for than the cap lets through.
bool is_cut(const ReadOperation& operation, int64_t rows) {
  std::optional<int64_t> const most = read_options(operation.request.settings).max_rows;
  const RowRange& asked = operation.request.range;
  if (!most || rows == 0 || rows < *most || (asked.limit && *asked.limit <= *most)) return false;
  int64_t const end = asked.offset + rows;
  return count_rows(operation.root, end + 1) > end;
}

/// Says that the answer is a part, and where it goes on; relative, so that it holds behind any proxy. A query
/// too long for a URL has none.
void link_next(const RestRequest& request, int64_t rows, OperationAnswer& answer) {
  answer.status = 206;
  if (!request.body_query.empty()) return;
  RowRange next{.offset = request.range.offset + rows};
  if (request.range.limit) next.limit = *request.range.limit - rows;
  answer.headers += "Link: <?" + query_of_rows(request.parameters(), next) + ">; rel=\"next\"\n";
}

/// Adds the validator of what is answered, and takes the body away from a client that has it. An answer to
/// HEAD is no body to make one of.
void validate(const RestRequest& request, OperationAnswer& answer) {
  bool const is_success = answer.status == 200 || answer.status == 206;
  if (!request.settings.etag || request.method == Method::head || !is_success) return;
  std::string const etag = make_etag(answer.headers, answer.body);
  std::optional<std::string_view> const known = find_header(request.exchange.headers, "if-none-match");
  if (known && matches_etag(*known, etag)) answer = {.status = 304, .headers = content_location(request)};
  answer.headers += "ETag: " + etag + "\n";
}

OperationAnswer run_read(const ReadOperation& operation) {
  const RestRequest& request = operation.request;
  bool const is_head = request.method == Method::head;
  Body const body = make_body(operation.representation, {}, operation.root, {.is_head = is_head});
  if (operation.representation.explains)
    return {.headers = type_headers(request, operation.representation.media), .body = body.text};
  OperationAnswer answer = ranged_answer(request, body, total_rows(operation, body.rows));
  if (is_head) answer.body.clear();
  answer.headers += content_location(request) + type_headers(request, operation.representation.media) +
                    preference_header(common_preferences(request.preferences));
  if (request.settings.next_link && is_cut(operation, body.rows)) link_next(request, body.rows, answer);
  validate(request, answer);
  return answer;
}

}  // namespace

PreparedOperation prepare_read(const RestRequest& request, Catalog& catalog) {
  const Relation& relation = find_table(request, catalog);
  auto const operation = std::make_shared<ReadOperation>(
      request, relation,
      plan_read(catalog, relation.name, &relation, request.query, request.range, RootSource::relation,
                read_options(request.settings)),
      Representation{});
  operation->representation = negotiate(catalog, request.accepted,
                                        {.name = relation.name,
                                         .is_whole = selects_all(operation->root),
                                         .function = nullptr,
                                         .plan_enabled = request.settings.plan_enabled});
  check_preferences(request.preferences);
  return {.run = [operation] { return run_read(*operation); }, .legacy_names = legacy_names(operation->root)};
}

}  // namespace pg_booking::rest
