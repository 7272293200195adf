#include "face/rest/plan/relationship_errors.hpp"

#include <algorithm>
#include <tuple>

#include "face/rest/plan/refusal.hpp"
#include "text/json_write.hpp"

namespace pg_booking::rest {
namespace {

template <typename Part>
std::string column_list(const std::vector<ColumnPair>& pairs, Part part) {
  std::string list = "(";
  for (const ColumnPair& pair : pairs) {
    if (list.size() > 1) list += ", ";
    list += pair.*part;
  }
  return list + ")";
}

std::string_view cardinality_name(Cardinality cardinality) {
  switch (cardinality) {
    case Cardinality::one_to_many:
      return "one-to-many";
    case Cardinality::many_to_one:
      return "many-to-one";
    case Cardinality::one_to_one:
      return "one-to-one";
    case Cardinality::many_to_many:
      return "many-to-many";
    case Cardinality::computed:
      break;
  }
  return "computed";
}

std::string describe_columns(const Relationship& relationship) {
  if (relationship.cardinality == Cardinality::many_to_many)
    return relationship.junction.name + " using " + relationship.constraint +
           column_list(relationship.columns, &ColumnPair::foreign) + " and " +
           relationship.junction_constraint +
           column_list(relationship.junction_columns, &ColumnPair::foreign);
  return relationship.constraint + " using " + relationship.own.name +
         column_list(relationship.columns, &ColumnPair::own) + " and " + relationship.foreign.name +
         column_list(relationship.columns, &ColumnPair::foreign);
}

std::string describe(const Relationship& relationship) {
  std::string text = "{\"cardinality\":";
  append_json_string(text, cardinality_name(relationship.cardinality));
  text += ",\"embedding\":";
  append_json_string(text, relationship.own.name + " with " + relationship.foreign.name);
  text += ",\"relationship\":";
  append_json_string(text, describe_columns(relationship));
  return text + "}";
}

std::string precise_name(const Relationship& relationship) {
  const std::string& hint = relationship.cardinality == Cardinality::many_to_many ? relationship.junction.name
                                                                                  : relationship.constraint;
  return "'" + relationship.foreign.name + "!" + hint + "'";
}

}  // namespace

void refuse_no_relationship(Catalog& catalog, std::string_view schema, std::string_view origin,
                            std::string_view target, std::string_view hint) {
  std::string const own(origin);
  std::string const other(target);
  std::string details = "Searched for a foreign key relationship between '" + own + "' and '" + other + "'";
  if (!hint.empty()) details += " using the hint '" + std::string(hint) + "'";
  details += " in the schema '" + std::string(schema) + "', but no matches were found.";
  throw Refusal{{.code = "PGRST200",
                 .message = "Could not find a relationship between '" + own + "' and '" + other +
                            "' in the schema cache",
                 .details = std::move(details),
                 .hint = catalog.similar_relationship(schema, origin, target)}};
}

void refuse_ambiguous_relationship(std::string_view origin, std::string_view target,
                                   std::vector<Relationship> found) {
  std::sort(found.begin(), found.end(), [](const Relationship& a, const Relationship& b) {
    return std::tie(a.foreign, a.is_self, a.cardinality, a.constraint, a.columns, a.junction) <
           std::tie(b.foreign, b.is_self, b.cardinality, b.constraint, b.columns, b.junction);
  });
  std::string details = "[";
  std::string names;
  for (const Relationship& relationship : found) {
    if (!names.empty()) {
      details += ',';
      names += ", ";
    }
    details += describe(relationship);
    names += precise_name(relationship);
  }
  std::string const other(target);
  throw Refusal{{.code = "PGRST201",
                 .message = "Could not embed because more than one relationship was found for '" +
                            std::string(origin) + "' and '" + other + "'",
                 .hint = "Try changing '" + other + "' to one of the following: " + names +
                         ". Find the desired relationship in the 'details' key."},
                details + "]"};
}

}  // namespace pg_booking::rest
