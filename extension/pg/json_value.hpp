#pragma once

#include "pg/postgres.hpp"

extern "C" {
#include "access/tupdesc.h"
}

// Values as JSON text, byte for byte as PostgreSQL's own row_to_json and json_agg write them. All of it runs
// below the executor's C frames: P-zone.
namespace pg_booking {

enum class Category { boolean, number, date, timestamp, timestamptz, json, array, composite, cast, text };

/// How values of one type become JSON; looked up once per column, field or element.
struct TypeWriter {
  Oid type;
  Category category;
  FmgrInfo output;      // of cast: the function that makes json of it
  TypeWriter* element;  // array
  int16 element_length;
  bool element_by_value;
  char element_alignment;
  TupleDesc descriptor;  // composite, named type
  TypeWriter** fields;
};

/// What writes values of this type.
TypeWriter* make_type_writer(Oid type);

/// What writes the columns of a row; null where a column was dropped.
TypeWriter** make_field_writers(TupleDesc descriptor);

/// Appends a UTF-8 string as a JSON string, with the escapes of PostgreSQL's own escape_json.
void append_json_string(StringInfo out, const char* text, int length);

void append_json_value(StringInfo out, TypeWriter* writer, Datum value);

/// Appends the members of a row without braces, each but the first with a comma before it; `skipped` is left
/// out (-1: none).
void append_json_members(StringInfo out, TupleDesc descriptor, TypeWriter** writers, const Datum* values,
                         const bool* nulls, int skipped, bool first);

/// The members of a composite value, without braces.
void append_json_composite_members(StringInfo out, TypeWriter* writer, Datum value, bool first);

}  // namespace pg_booking
