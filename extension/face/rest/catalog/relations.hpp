#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <optional>
#include <string>
#include <string_view>

#include "face/rest/plan/relationships.hpp"
#include "face/rest/plan/schema.hpp"

// Relations as PostgreSQL's catalogs have them. C-zone throughout.
namespace pg_booking::rest {

/// The id of an exposable relation: a table, view, materialized view or foreign table that is no partition;
/// 0 if there is none.
unsigned relation_id(std::string_view schema, std::string_view name);

/// Columns and their casts; a view's primary key is left to the caller. Nothing if it is gone.
std::optional<Relation> load_relation(unsigned id);

/// Keys and, of a view, where its columns come from; is_exposed is left to the caller. Nothing if it is gone.
std::optional<KeyedRelation> load_keyed_relation(unsigned id);

/// The foreign keys of a table, and the tables with keys to it; not the copies that partitions have.
std::vector<ForeignKey> load_outgoing_keys(unsigned table);
std::vector<unsigned> load_referencing_tables(unsigned table);

/// The views whose definition mentions the relation.
std::vector<unsigned> load_views_over(unsigned relation);

}  // namespace pg_booking::rest
