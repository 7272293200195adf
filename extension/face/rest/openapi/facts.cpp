#include "face/rest/openapi/facts.hpp"

#include <stdexcept>

#include "text/json_parse.hpp"
#include "text/rapidjson.hpp"

namespace pg_booking::rest {

const char* const kRelationFacts = R"sql(
SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
    'name', c.relname, 'comment', pg_catalog.obj_description(c.oid, 'pg_class'),
    -- INSERT, UPDATE or DELETE, if only by a trigger.
    'is_writable', pg_catalog.pg_relation_is_updatable(c.oid, true) & 28 <> 0, 'columns', f.columns) ORDER BY c.relname), '[]')
FROM pg_catalog.pg_class AS c
  CROSS JOIN LATERAL (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', a.attname, 'comment', pg_catalog.col_description(a.attrelid, a.attnum),
        -- With its schema, which format_type leaves out when it is in search_path.
        'type', CASE WHEN n.nspname <> 'pg_catalog' AND pg_catalog.pg_type_is_visible(t.oid)
                     THEN pg_catalog.quote_ident(n.nspname) || '.' ELSE '' END || pg_catalog.format_type(t.oid, NULL),
        'max_length', information_schema._pg_char_max_length(information_schema._pg_truetypid(a.*, d.*),
                                                             information_schema._pg_truetypmod(a.*, d.*)),
        'labels', (SELECT pg_catalog.json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum AS e
                   WHERE e.enumtypid = t.oid),
        -- A literal without its quotes and type.
        'default_value', pg_catalog.regexp_replace(v.expression, '^''(.*)''::' ||
            pg_catalog.regexp_replace(pg_catalog.format_type(t.oid, NULL), '([^\w ])', '\\\1', 'g') || '$', '\1'),
        'is_nullable', NOT (a.attnotnull OR d.typtype = 'd' AND d.typnotnull)) ORDER BY a.attnum) AS columns
    FROM pg_catalog.pg_attribute AS a
      JOIN pg_catalog.pg_type AS d ON d.oid = a.atttypid
      -- What a domain over a type of PostgreSQL's is made of; any other is shown as it is.
      JOIN pg_catalog.pg_type AS t ON t.oid = coalesce(
        (SELECT b.oid FROM pg_catalog.pg_type AS b WHERE b.oid = d.typbasetype AND b.typnamespace = 'pg_catalog'::pg_catalog.regnamespace), d.oid)
      JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
      LEFT JOIN pg_catalog.pg_attrdef AS ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
      CROSS JOIN LATERAL (
        SELECT CASE WHEN a.attgenerated = '' THEN coalesce(pg_catalog.pg_get_expr(ad.adbin, ad.adrelid), d.typdefault) END AS expression) AS v
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS f
WHERE c.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = $1::text)
  AND c.relkind IN ('r', 'v', 'm', 'f', 'p') AND NOT c.relispartition
  AND ($2::boolean OR pg_catalog.pg_has_role(c.relowner, 'USAGE')
       OR pg_catalog.has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
       OR pg_catalog.has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))
)sql";

const char* const kFunctionFacts = R"sql(
SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
    'name', p.proname, 'comment', pg_catalog.obj_description(p.oid, 'pg_proc'), 'is_volatile', p.provolatile = 'v',
    'arguments', coalesce(f.arguments, '[]')) ORDER BY p.proname, p.oid), '[]')
FROM pg_catalog.pg_proc AS p
  CROSS JOIN LATERAL (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
             'name', i.name, 'is_variadic', i.mode = 'v', 'is_required', i.rank <= p.pronargs - p.pronargdefaults,
             'type', pg_catalog.format_type(CASE i.type WHEN 'bit'::regtype THEN 'varbit'::regtype WHEN 'bit[]'::regtype THEN 'varbit[]'::regtype
                                                        ELSE i.type END, NULL)) ORDER BY i.rank) AS arguments,
           -- By names, or with the body as the only argument.
           coalesce(bool_and(i.name <> '') OR count(*) = 1 AND bool_and(i.type IN ('bytea', 'json', 'jsonb', 'text', 'xml')), true) AS is_callable
    FROM (SELECT a.type::regtype AS type, coalesce(a.name, '') AS name, a.mode, row_number() OVER (ORDER BY a.place) AS rank
          FROM ROWS FROM (pg_catalog.unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])), pg_catalog.unnest(p.proargnames),
                          pg_catalog.unnest(p.proargmodes)) WITH ORDINALITY AS a (type, name, mode, place)
          WHERE a.type IS NOT NULL AND coalesce(a.mode, 'i') IN ('i', 'b', 'v')) AS i) AS f
WHERE p.pronamespace = (SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = $1::text)
  AND p.prokind = 'f' AND p.prorettype <> 'trigger'::regtype AND f.is_callable
  AND ($2::boolean OR pg_catalog.has_function_privilege(p.oid, 'EXECUTE'))
)sql";

const char* const kSchemaComment = R"sql(
SELECT pg_catalog.obj_description(n.oid, 'pg_namespace') FROM pg_catalog.pg_namespace AS n WHERE n.nspname = $1::text
)sql";

namespace {

using Value = json::Value;

std::string text_of(const Value& object, const char* name) {
  const Value& value = object[name];
  return {value.GetString(), value.GetStringLength()};
}

std::optional<std::string> optional_text_of(const Value& object, const char* name) {
  if (object[name].IsNull()) return std::nullopt;
  return text_of(object, name);
}

DescribedColumn read_column(const Value& object) {
  DescribedColumn column{.name = text_of(object, "name"),
                         .type = text_of(object, "type"),
                         .comment = optional_text_of(object, "comment"),
                         .default_value = optional_text_of(object, "default_value"),
                         .is_nullable = object["is_nullable"].GetBool()};
  if (const Value& length = object["max_length"]; !length.IsNull()) column.max_length = length.GetInt64();
  if (const Value& labels = object["labels"]; !labels.IsNull()) {
    for (const Value& label : labels.GetArray())
      column.labels.emplace_back(label.GetString(), label.GetStringLength());
  }
  return column;
}

DescribedRelation read_relation(const Value& object) {
  DescribedRelation relation{.name = text_of(object, "name"),
                             .comment = optional_text_of(object, "comment"),
                             .is_writable = object["is_writable"].GetBool()};
  if (const Value& columns = object["columns"]; !columns.IsNull()) {
    for (const Value& column : columns.GetArray()) relation.columns.push_back(read_column(column));
  }
  return relation;
}

DescribedFunction read_function(const Value& object) {
  DescribedFunction function{.name = text_of(object, "name"),
                             .comment = optional_text_of(object, "comment"),
                             .is_volatile = object["is_volatile"].GetBool()};
  for (const Value& argument : object["arguments"].GetArray()) {
    function.arguments.push_back({.name = text_of(argument, "name"),
                                  .type = text_of(argument, "type"),
                                  .is_required = argument["is_required"].GetBool(),
                                  .is_variadic = argument["is_variadic"].IsTrue()});
  }
  return function;
}

template <typename Read>
auto read_array(std::string_view json_text, Read read) {
  json::Document document;
  if (const auto error = parse_json(json_text, document)) throw std::runtime_error(error->message);
  std::vector<decltype(read(document))> items;
  for (const Value& item : document.GetArray()) items.push_back(read(item));
  return items;
}

}  // namespace

std::vector<DescribedRelation> read_relation_facts(std::string_view json_text) {
  return read_array(json_text, read_relation);
}

std::vector<DescribedFunction> read_function_facts(std::string_view json_text) {
  return read_array(json_text, read_function);
}

}  // namespace pg_booking::rest
