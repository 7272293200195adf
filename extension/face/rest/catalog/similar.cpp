#include "face/rest/catalog/similar.hpp"

#include <algorithm>
#include <set>

#include "face/rest/catalog/functions.hpp"
#include "face/rest/plan/fuzzy.hpp"

#include "pg/guard.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
}

namespace pg_booking::rest {
namespace {

// Names are alike from here on; parameters may differ more, since the function itself is known to be meant.
constexpr double kSimilarName = 0.75;
// Larger schemas get no hints: a search over all names would cost more than the request.
constexpr size_t kMostNames = 500;

/// Calls `visit` with the tuples of a catalog whose column is this namespace, without an index: names only
/// begin with them there. Ends without having seen all of a very large one. P-zone.
template <typename Visit>
void for_each_of_schema(Oid catalog_id, AttrNumber column, const char* schema, const Visit& visit) {
  Oid const name_space = get_namespace_oid(schema, true);
  if (!OidIsValid(name_space)) return;
  ScanKeyData key;
  ::Relation const catalog = table_open(catalog_id, AccessShareLock);
  ScanKeyInit(&key, column, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(name_space));
  SysScanDesc const scan = systable_beginscan(catalog, InvalidOid, false, nullptr, 1, &key);
  HeapTuple tuple;
  while (HeapTupleIsValid(tuple = systable_getnext(scan)))
    if (!visit(tuple)) break;
  systable_endscan(scan);
  table_close(catalog, AccessShareLock);
}

struct NamedRelation {
  std::string name;
  unsigned id;
};

/// The relations of a schema that can be exposed; none of a schema with too many.
std::vector<NamedRelation> relations_of(std::string_view schema) {
  std::string const schema_name(schema);
  std::vector<NamedRelation> relations;
  pg([&] {
    for_each_of_schema(RelationRelationId, Anum_pg_class_relnamespace, schema_name.c_str(),
                       [&](HeapTuple tuple) {
                         auto* const form = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
                         if (strchr("rvmfp", form->relkind) != nullptr && !form->relispartition)
                           relations.push_back({NameStr(form->relname), form->oid});
                         return relations.size() < kMostNames;
                       });
  });
  if (relations.size() >= kMostNames) relations.clear();
  return relations;
}

std::vector<std::string> functions_of(std::string_view schema) {
  std::string const schema_name(schema);
  std::vector<std::string> names;
  pg([&] {
    for_each_of_schema(ProcedureRelationId, Anum_pg_proc_pronamespace, schema_name.c_str(),
                       [&](HeapTuple tuple) {
                         auto* const form = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple));
                         if (form->prokind == PROKIND_FUNCTION && form->prorettype != TRIGGEROID)
                           names.emplace_back(NameStr(form->proname));
                         return names.size() < kMostNames;
                       });
  });
  return names;
}

std::vector<std::string> names_of(const std::vector<NamedRelation>& relations) {
  std::vector<std::string> names;
  for (const NamedRelation& relation : relations) names.push_back(relation.name);
  return names;
}

/// Whether a relation takes part in any relationship.
bool is_related(KeySource& keys, unsigned id) {
  const KeyedRelation* const relation = keys.relation(id);
  if (relation == nullptr) return false;
  std::set<unsigned> tables;
  for (const auto& [column, _] : base_columns(keys, *relation)) tables.insert(column.first);
  return std::any_of(tables.begin(), tables.end(), [&](unsigned table) {
    return !keys.outgoing(table).empty() || !keys.incoming(table).empty();
  });
}

std::string suggestion(std::string_view name, std::string_view instead_of) {
  return "Perhaps you meant '" + std::string(name) + "' instead of '" + std::string(instead_of) + "'.";
}

std::string parameter_list(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  std::string list = "(";
  for (const std::string& name : names) {
    if (list.size() > 1) list += ", ";
    list += name;
  }
  return list + ")";
}

}  // namespace

std::optional<std::string> similar_relationship(KeySource& keys, const KeyedRelation* origin,
                                                std::string_view schema, std::string_view origin_name,
                                                std::string_view target) {
  // Relationships are looked for last, and only of names that are alike.
  std::vector<NamedRelation> const all = relations_of(schema);
  std::vector<std::string> const names = names_of(all);
  if (origin == nullptr || !is_related(keys, origin->id)) {
    for (const Likeness& found : find_similar(origin_name, names, kSomewhatSimilar)) {
      const KeyedRelation* const relation = keys.find(schema, found.text);
      if (relation != nullptr && is_related(keys, relation->id)) return suggestion(found.text, origin_name);
    }
    return std::nullopt;
  }
  for (const Likeness& found : find_similar(target, names, kSomewhatSimilar))
    if (found.score < 1 && !find_key_relationships(keys, *origin, schema, found.text, "").empty())
      return suggestion(found.text, target);
  return std::nullopt;
}

std::optional<std::string> similar_function(const std::vector<Function>& overloads, std::string_view schema,
                                            std::string_view name,
                                            const std::vector<std::string>& parameters) {
  std::string const hint = "Perhaps you meant to call the function " + std::string(schema) + ".";
  if (overloads.empty()) {
    std::vector<std::string> const names = functions_of(schema);
    for (const Likeness& found : find_similar(name, names, kSimilarName))
      if (!load_functions(schema, found.text, {}).empty()) return hint + std::string(found.text);
    return std::nullopt;
  }
  std::vector<std::string> lists;
  for (const Function& overload : overloads) {
    std::vector<std::string> names;
    for (const Parameter& parameter : overload.parameters) names.push_back(parameter.name);
    lists.push_back(parameter_list(std::move(names)));
  }
  std::string const wanted = parameter_list(parameters);
  std::vector<Likeness> const found = find_similar(wanted, lists, kSomewhatSimilar);
  if (found.empty()) return std::nullopt;
  return hint + std::string(name) + std::string(found.front().text);
}

std::optional<std::string> similar_table(std::string_view schema, std::string_view name) {
  std::vector<std::string> const names = names_of(relations_of(schema));
  std::vector<Likeness> const found = find_similar(name, names, kSimilarName);
  if (found.empty()) return std::nullopt;
  return "Perhaps you meant the table '" + std::string(schema) + "." + std::string(found.front().text) + "'";
}

}  // namespace pg_booking::rest
