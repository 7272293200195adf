#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <string>
#include <vector>

#include "face/rest/grammar/media.hpp"
#include "face/rest/plan/schema.hpp"

namespace pg_booking::rest {

/// How an answer's body is made of rows, and what it is called.
struct Representation {
  enum class Kind {
    json,    // an array of rows; a function's one row or value as it is
    object,  // exactly one row
    csv,
    geojson,
    handler,  // an aggregate
    value,    // what a function returned, as it is
  };

  Kind kind = Kind::json;
  bool strip_nulls = false;
  bool explains = false;  // the plan instead of the rows
  Media media = {};       // for Content-Type
  const MediaHandler* handler = nullptr;
};

/// What there is to choose from.
struct Representable {
  const QualifiedName& name;  // of the relation; of a function's rows: their type
  bool is_whole;              // all columns and nothing else are selected
  const Function* function;   // null: a relation
  bool plan_enabled;
};

/// PGRST107.
[[noreturn]] void refuse_media(const std::vector<Media>& accepted);

/// The first accepted media type that can be made. Throws Refusal: PGRST107 for none.
Representation negotiate(Catalog& catalog, const std::vector<Media>& accepted, const Representable& what);

}  // namespace pg_booking::rest
