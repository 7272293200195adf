#include "pg/json_receiver.hpp"

extern "C" {
#include "access/htup_details.h"
#include "utils/array.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/typcache.h"
}

// Every function here runs below the executor's C frames: P-zone, no C++ objects with destructors.
namespace pg_booking {
namespace {

enum class Category { boolean, number, date, timestamp, timestamptz, json, array, composite, text };

/// How values of one type become JSON; looked up once per column, field or element.
struct TypeWriter {
  Oid type;
  Category category;
  FmgrInfo output;
  TypeWriter* element;  // array
  int16 element_length;
  bool element_by_value;
  char element_alignment;
  TupleDesc descriptor;  // composite, named type
  TypeWriter** fields;
};

/// A column or field: its key as JSON text and its writer; null where the attribute was dropped.
struct JsonReceiver {
  DestReceiver base;
  StringInfo out;
  StringInfo meta;
  uint64 rows;
  TypeWriter** columns;
  int meta_column;  // -1: none
  MemoryContext lookup_context;
  MemoryContext row_context;
};

void append_value(StringInfo out, TypeWriter* writer, Datum value);

TypeWriter** make_field_writers(TupleDesc descriptor);

TypeWriter* make_writer(Oid type) {
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
        writer->element = make_writer(element);
        get_typlenbyvalalign(element, &writer->element_length, &writer->element_by_value,
                             &writer->element_alignment);
      } else if (type_is_rowtype(type)) {
        writer->category = Category::composite;
        if (type != RECORDOID) {
          writer->descriptor = lookup_rowtype_tupdesc_copy(type, -1);
          writer->fields = make_field_writers(writer->descriptor);
        }
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
    if (!attribute->attisdropped) writers[i] = make_writer(attribute->atttypid);
  }
  return writers;
}

void append_key(StringInfo out, const char* name, bool first) {
  if (!first) appendStringInfoCharMacro(out, ',');
  append_json_string(out, name, static_cast<int>(strlen(name)));
  appendStringInfoCharMacro(out, ':');
}

void append_members(StringInfo out, TupleDesc descriptor, TypeWriter** writers, const Datum* values,
                    const bool* nulls, int skipped, bool first) {
  for (int i = 0; i < descriptor->natts; i++) {
    if (writers[i] == nullptr || i == skipped) continue;
    append_key(out, NameStr(TupleDescAttr(descriptor, i)->attname), first);
    first = false;
    if (nulls[i])
      appendBinaryStringInfo(out, "null", 4);
    else
      append_value(out, writers[i], values[i]);
  }
}

/// The members of a composite value, without braces.
void append_composite_members(StringInfo out, TypeWriter* writer, Datum value, bool first) {
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
  append_members(out, descriptor, fields, values, nulls, -1, first);
  if (anonymous) ReleaseTupleDesc(descriptor);
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
        append_value(out, element, values[*next]);
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

void append_value(StringInfo out, TypeWriter* writer, Datum value) {
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
    case Category::array:
      append_array(out, writer, value);
      break;
    case Category::composite:
      appendStringInfoCharMacro(out, '{');
      append_composite_members(out, writer, value, true);
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

bool receive_row(TupleTableSlot* slot, DestReceiver* base) {
  auto* const self = reinterpret_cast<JsonReceiver*>(base);
  slot_getallattrs(slot);
  MemoryContext const before = MemoryContextSwitchTo(self->row_context);
  TupleDesc const descriptor = slot->tts_tupleDescriptor;
  if (self->rows++ > 0) appendStringInfoCharMacro(self->out, ',');
  appendStringInfoCharMacro(self->out, '{');
  append_members(self->out, descriptor, self->columns, slot->tts_values, slot->tts_isnull, self->meta_column,
                 true);
  appendStringInfoCharMacro(self->out, '}');
  int const meta = self->meta_column;
  if (meta >= 0 && !slot->tts_isnull[meta])
    append_composite_members(self->meta, self->columns[meta], slot->tts_values[meta], false);
  MemoryContextSwitchTo(before);
  MemoryContextReset(self->row_context);
  return true;
}

void start_up(DestReceiver* base, int, TupleDesc descriptor) {
  auto* const self = reinterpret_cast<JsonReceiver*>(base);
  self->lookup_context =
      AllocSetContextCreate(CurrentMemoryContext, "pg_booking JSON types", ALLOCSET_SMALL_SIZES);
  self->row_context =
      AllocSetContextCreate(CurrentMemoryContext, "pg_booking JSON row", ALLOCSET_DEFAULT_SIZES);
  MemoryContext const before = MemoryContextSwitchTo(self->lookup_context);
  self->columns = make_field_writers(descriptor);
  self->meta_column = -1;
  for (int i = 0; self->meta != nullptr && i < descriptor->natts; i++)
    if (self->columns[i]->category == Category::composite &&
        strcmp(NameStr(TupleDescAttr(descriptor, i)->attname), "meta") == 0)
      self->meta_column = i;
  MemoryContextSwitchTo(before);
}

void shut_down(DestReceiver* base) {
  auto* const self = reinterpret_cast<JsonReceiver*>(base);
  MemoryContextDelete(self->row_context);
  MemoryContextDelete(self->lookup_context);
}

void destroy(DestReceiver* base) {
  pfree(base);
}

}  // namespace

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

DestReceiver* create_json_receiver(StringInfo out, StringInfo meta) {
  auto* const self = static_cast<JsonReceiver*>(palloc0(sizeof(JsonReceiver)));
  self->base.receiveSlot = receive_row;
  self->base.rStartup = start_up;
  self->base.rShutdown = shut_down;
  self->base.rDestroy = destroy;
  self->base.mydest = DestNone;
  self->out = out;
  self->meta = meta;
  return &self->base;
}

}  // namespace pg_booking
