#include "pg/json_value.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/transam.h"
#include "parser/parse_coerce.h"
#include "utils/array.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/typcache.h"
}

namespace pg_booking {
namespace {

/// The cast to json that a type from outside the server may have, as PostgreSQL's own functions use it.
bool find_json_cast(Oid type, FmgrInfo* function) {
  if (type < FirstNormalObjectId) return false;
  Oid cast = InvalidOid;
  if (find_coercion_pathway(JSONOID, type, COERCION_EXPLICIT, &cast) != COERCION_PATH_FUNC) return false;
  fmgr_info(cast, function);
  return true;
}

void append_key(StringInfo out, const char* name, bool first) {
  if (!first) appendStringInfoCharMacro(out, ',');
  append_json_string(out, name, static_cast<int>(strlen(name)));
  appendStringInfoCharMacro(out, ':');
}

void append_dimension(StringInfo out, TypeWriter* element, int dimension, int dimensions, const int* lengths,
                      const Datum* values, const bool* nulls, int* next) {
  appendStringInfoCharMacro(out, '[');
  for (int i = 0; i < lengths[dimension]; i++) {
    if (i > 0) appendStringInfoCharMacro(out, ',');
    if (dimension + 1 < dimensions) {
      append_dimension(out, element, dimension + 1, dimensions, lengths, values, nulls, next);
    } else {
      if (nulls[*next])
        appendBinaryStringInfo(out, "null", 4);
      else
        append_json_value(out, element, values[*next]);
      (*next)++;
    }
  }
  appendStringInfoCharMacro(out, ']');
}

void append_array(StringInfo out, TypeWriter* writer, Datum value) {
  ArrayType* const array = DatumGetArrayTypeP(value);
  if (ARR_NDIM(array) == 0) {
    appendBinaryStringInfo(out, "[]", 2);
    return;
  }
  Datum* values;
  bool* nulls;
  int count;
  deconstruct_array(array, writer->element->type, writer->element_length, writer->element_by_value,
                    writer->element_alignment, &values, &nulls, &count);
  int next = 0;
  append_dimension(out, writer->element, 0, ARR_NDIM(array), ARR_DIMS(array), values, nulls, &next);
}

}  // namespace

TypeWriter* make_type_writer(Oid type) {
  type = getBaseType(type);
  auto* const writer = static_cast<TypeWriter*>(palloc0(sizeof(TypeWriter)));
  writer->type = type;
  Oid output;
  bool is_varlena;
  getTypeOutputInfo(type, &output, &is_varlena);
  fmgr_info(output, &writer->output);

  Oid const element = get_element_type(type);
  switch (type) {
    case BOOLOID:
      writer->category = Category::boolean;
      break;
    case INT2OID:
    case INT4OID:
    case INT8OID:
    case FLOAT4OID:
    case FLOAT8OID:
    case NUMERICOID:
      writer->category = Category::number;
      break;
    case DATEOID:
      writer->category = Category::date;
      break;
    case TIMESTAMPOID:
      writer->category = Category::timestamp;
      break;
    case TIMESTAMPTZOID:
      writer->category = Category::timestamptz;
      break;
    case JSONOID:
    case JSONBOID:
      writer->category = Category::json;
      break;
    default:
      if (OidIsValid(element)) {
        writer->category = Category::array;
        writer->element = make_type_writer(element);
        get_typlenbyvalalign(element, &writer->element_length, &writer->element_by_value,
                             &writer->element_alignment);
      } else if (type_is_rowtype(type)) {
        writer->category = Category::composite;
        if (type != RECORDOID) {
          writer->descriptor = lookup_rowtype_tupdesc_copy(type, -1);
          writer->fields = make_field_writers(writer->descriptor);
        }
      } else if (find_json_cast(type, &writer->output)) {
        writer->category = Category::cast;
      } else {
        writer->category = Category::text;
      }
  }
  return writer;
}

TypeWriter** make_field_writers(TupleDesc descriptor) {
  auto** const writers = static_cast<TypeWriter**>(palloc0(sizeof(TypeWriter*) * Max(descriptor->natts, 1)));
  for (int i = 0; i < descriptor->natts; i++) {
    Form_pg_attribute const attribute = TupleDescAttr(descriptor, i);
    if (!attribute->attisdropped) writers[i] = make_type_writer(attribute->atttypid);
  }
  return writers;
}

void append_json_members(StringInfo out, TupleDesc descriptor, TypeWriter** writers, const Datum* values,
                         const bool* nulls, int skipped, bool first) {
  for (int i = 0; i < descriptor->natts; i++) {
    if (writers[i] == nullptr || i == skipped) continue;
    append_key(out, NameStr(TupleDescAttr(descriptor, i)->attname), first);
    first = false;
    if (nulls[i])
      appendBinaryStringInfo(out, "null", 4);
    else
      append_json_value(out, writers[i], values[i]);
  }
}

void append_json_composite_members(StringInfo out, TypeWriter* writer, Datum value, bool first) {
  HeapTupleHeader const header = DatumGetHeapTupleHeader(value);
  TupleDesc descriptor = writer->descriptor;
  TypeWriter** fields = writer->fields;
  bool const anonymous = descriptor == nullptr;
  if (anonymous) {
    descriptor = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header), HeapTupleHeaderGetTypMod(header));
    fields = make_field_writers(descriptor);
  }
  HeapTupleData tuple;
  tuple.t_len = HeapTupleHeaderGetDatumLength(header);
  tuple.t_data = header;
  auto* const values = static_cast<Datum*>(palloc(sizeof(Datum) * Max(descriptor->natts, 1)));
  auto* const nulls = static_cast<bool*>(palloc(sizeof(bool) * Max(descriptor->natts, 1)));
  heap_deform_tuple(&tuple, descriptor, values, nulls);
  append_json_members(out, descriptor, fields, values, nulls, -1, first);
  if (anonymous) ReleaseTupleDesc(descriptor);
}

void append_json_value(StringInfo out, TypeWriter* writer, Datum value) {
  switch (writer->category) {
    case Category::boolean:
      if (DatumGetBool(value))
        appendBinaryStringInfo(out, "true", 4);
      else
        appendBinaryStringInfo(out, "false", 5);
      break;
    case Category::number: {
      const char* const text = OutputFunctionCall(&writer->output, value);
      // NaN and the infinities are no JSON numbers.
      bool const is_number =
          (*text >= '0' && *text <= '9') || (*text == '-' && text[1] >= '0' && text[1] <= '9');
      if (is_number)
        appendStringInfoString(out, text);
      else
        append_json_string(out, text, static_cast<int>(strlen(text)));
      break;
    }
    case Category::date:
    case Category::timestamp:
    case Category::timestamptz: {
      char buffer[MAXDATELEN + 1];
      JsonEncodeDateTime(buffer, value, writer->type, nullptr);
      appendStringInfoCharMacro(out, '"');
      appendStringInfoString(out, buffer);
      appendStringInfoCharMacro(out, '"');
      break;
    }
    case Category::json:
      appendStringInfoString(out, OutputFunctionCall(&writer->output, value));
      break;
    case Category::cast: {
      text* const json = DatumGetTextPP(FunctionCall1(&writer->output, value));
      appendBinaryStringInfo(out, VARDATA_ANY(json), static_cast<int>(VARSIZE_ANY_EXHDR(json)));
      break;
    }
    case Category::array:
      append_array(out, writer, value);
      break;
    case Category::composite:
      appendStringInfoCharMacro(out, '{');
      append_json_composite_members(out, writer, value, true);
      appendStringInfoCharMacro(out, '}');
      break;
    case Category::text:
      if (writer->type == TEXTOID || writer->type == VARCHAROID) {
        text* const string = DatumGetTextPP(value);
        append_json_string(out, VARDATA_ANY(string), static_cast<int>(VARSIZE_ANY_EXHDR(string)));
      } else {
        const char* const string = OutputFunctionCall(&writer->output, value);
        append_json_string(out, string, static_cast<int>(strlen(string)));
      }
      break;
  }
}

void append_json_string(StringInfo out, const char* text, int length) {
  appendStringInfoCharMacro(out, '"');
  int clean_from = 0;
  for (int i = 0; i < length; i++) {
    auto const c = static_cast<unsigned char>(text[i]);
    if (c >= ' ' && c != '"' && c != '\\') continue;
    appendBinaryStringInfo(out, text + clean_from, i - clean_from);
    clean_from = i + 1;
    switch (c) {
      case '\b':
        appendBinaryStringInfo(out, "\\b", 2);
        break;
      case '\f':
        appendBinaryStringInfo(out, "\\f", 2);
        break;
      case '\n':
        appendBinaryStringInfo(out, "\\n", 2);
        break;
      case '\r':
        appendBinaryStringInfo(out, "\\r", 2);
        break;
      case '\t':
        appendBinaryStringInfo(out, "\\t", 2);
        break;
      case '"':
        appendBinaryStringInfo(out, "\\\"", 2);
        break;
      case '\\':
        appendBinaryStringInfo(out, "\\\\", 2);
        break;
      default:
        appendStringInfo(out, "\\u%04x", c);
    }
  }
  appendBinaryStringInfo(out, text + clean_from, length - clean_from);
  appendStringInfoCharMacro(out, '"');
}

}  // namespace pg_booking
