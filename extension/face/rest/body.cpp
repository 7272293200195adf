#include "face/rest/body.hpp"

#include "face/rest/execute/statement.hpp"
#include "face/rest/plan/read_sql.hpp"
#include "face/rest/plan/refusal.hpp"

#include "pg/datum.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "utils/fmgrprotos.h"
}

namespace pg_booking::rest {
namespace {

bool returns_values(const BodyOptions& options) {
  return options.function != nullptr && options.function->returns_values();
}

bool returns_single(const BodyOptions& options) {
  return options.function != nullptr && options.function->returns_single();
}

bool is_aggregate(const Representation& representation) {
  return representation.kind == Representation::Kind::geojson ||
         representation.kind == Representation::Kind::handler;
}

/// What aggregates the rows `_postgrest_t` to a body, as SQL.
std::string aggregate_sql(const Representation& representation, const BodyOptions& options) {
  std::string const row = returns_values(options) ? "_postgrest_t.pgrst_scalar" : "_postgrest_t";
  switch (representation.kind) {
    case Representation::Kind::geojson:
      return "json_build_object('type', 'FeatureCollection', 'features', "
             "COALESCE(json_agg(ST_AsGeoJSON(_postgrest_t)::json), '[]'))";
    case Representation::Kind::handler: {
      const MediaHandler& handler = *representation.handler;
      std::string const cast = handler.row_type.name.empty() ? "" : "::" + quote_name(handler.row_type);
      return quote_name(handler.function) + "(" + row + cast + ")";
    }
    case Representation::Kind::object:
      return "COALESCE(json_agg(" + row + ")->0, 'null')";
    case Representation::Kind::value:
      return row;
    default:
      return "COALESCE(json_agg(" + row + "), '[]')";
  }
}

void append_aggregate(SqlText& sql, const Representation& representation, const ReadNode& root,
                      const BodyOptions& options) {
  sql += "SELECT pg_catalog.count(_postgrest_t) AS page_total, " + aggregate_sql(representation, options) +
         " AS body FROM (";
  append_read(sql, root);
  sql += ") _postgrest_t";
}

std::string explain_options(const Media& media) {
  std::string options = media.plan_as_json ? "FORMAT JSON" : "FORMAT TEXT";
  if (media.analyze) options += ", ANALYZE";
  if (media.verbose) options += ", VERBOSE";
  if (media.settings) options += ", SETTINGS";
  if (media.buffers) options += ", BUFFERS";
  if (media.wal) options += ", WAL";
  return options;
}

/// What a request costs is shown for a statement that makes the whole answer, with the columns of
/// PostgREST's: the total, the page's rows, of writes the key, the body.
Body explain(const Representation& representation, SqlText sql, const ReadNode& root,
             const BodyOptions& options) {
  sql += "SELECT ";
  if (options.window && root.range != RowRange{}) {
    sql += "(SELECT pg_catalog.count(*) FROM (";
    append_unranged(sql, root);
    sql += ") AS counted)";
  } else {
    sql += "NULL::bigint";
  }
  sql += returns_single(options) ? " AS total_result_set, 1 AS page_total, "
                                 : " AS total_result_set, pg_catalog.count(_postgrest_t) AS page_total, ";
  if (!options.read_only && options.function == nullptr) sql += "NULL::text[] AS header, ";
  sql += aggregate_sql(representation, options) + " AS body FROM (";
  append_read(sql, root);
  sql += ") _postgrest_t";
  return {.text = explain_statement(sql, explain_options(representation.media))};
}

RowFormat format_of(const Representation& representation, const BodyOptions& options) {
  if (options.is_head) return RowFormat::none;
  switch (representation.kind) {
    case Representation::Kind::csv:
      return RowFormat::csv;
    case Representation::Kind::geojson:
    case Representation::Kind::handler:
      return RowFormat::aggregate;
    case Representation::Kind::value:
      return RowFormat::raw;
    default:
      return returns_values(options) ? RowFormat::json_values : RowFormat::json_rows;
  }
}

/// As PostgreSQL's json_strip_nulls does it.
std::string strip_nulls(const std::string& json) {
  const varlena* const stripped =
      pg([&] { return DatumGetTextPP(DirectFunctionCall1(json_strip_nulls, text_datum(json))); });
  return std::string(view_of(stripped));
}

std::string finish_text(const Representation& representation, const BodyOptions& options, std::string rows,
                        int64_t count) {
  if (options.is_head) return {};
  switch (representation.kind) {
    case Representation::Kind::csv:
      return count == 0 ? "\n" : rows;
    case Representation::Kind::geojson:
    case Representation::Kind::handler:
    case Representation::Kind::value:
      return rows;
    default:
      break;
  }
  bool const single = representation.kind == Representation::Kind::object || returns_single(options);
  std::string text = !single ? "[" + rows + "]" : rows.empty() ? "null" : std::move(rows);
  return representation.strip_nulls ? strip_nulls(text) : text;
}

}  // namespace

void refuse_not_one_row(int64_t rows) {
  throw Refusal{{.code = "PGRST116",
                 .message = "Cannot coerce the result to a single JSON object",
                 .details = "The result contains " + std::to_string(rows) + " rows"}};
}

Body make_body(const Representation& representation, SqlText source, const ReadNode& root,
               const BodyOptions& options) {
  if (representation.explains) return explain(representation, std::move(source), root, options);
  SqlText sql = std::move(source);
  if (is_aggregate(representation) && !options.is_head)
    append_aggregate(sql, representation, root, options);
  else
    append_read(sql, root);
  StatementOptions statement{.format = format_of(representation, options), .read_only = options.read_only};
  if (options.window) {
    statement.offset = options.window->offset;
    statement.limit = options.window->limit;
  }
  StatementResult result = run_statement(sql, statement);
  if (representation.kind == Representation::Kind::object && result.rows != 1)
    refuse_not_one_row(result.rows);
  return {.text = finish_text(representation, options, std::move(result.text), result.rows),
          .rows = result.rows,
          .matched = result.matched};
}

}  // namespace pg_booking::rest
