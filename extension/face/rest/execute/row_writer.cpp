#include "face/rest/execute/row_writer_format.hpp"

#include "face/rest/execute/row_writer.hpp"

#include "pg/json_value.hpp"

extern "C" {
#include "executor/tuptable.h"
}

// Every function here runs below the executor's C frames: P-zone, no C++ objects with destructors.
namespace pg_booking::rest {
namespace {

struct RowWriter {
  DestReceiver base;
  RowFormat format;
  RowWindow window;
  StringInfo out;
  RowCount* count;
  TupleDesc descriptor;  // the statement's: a slot's own may lack names
  TypeWriter** columns;
  FmgrInfo* outputs;  // of csv, raw and names
  MemoryContext lookup_context;
  MemoryContext row_context;
};

bool is_json_format(RowFormat format) {
  return format == RowFormat::json_rows || format == RowFormat::json_values;
}

/// A field of a row's own text form: quoted where that form needs it.
void append_csv_field(StringInfo out, const char* value) {
  bool quoted = *value == '\0';
  for (const char* c = value; *c != '\0' && !quoted; c++)
    quoted = strchr("\"\\(),", *c) != nullptr || isspace(static_cast<unsigned char>(*c)) != 0;
  if (quoted) appendStringInfoCharMacro(out, '"');
  for (const char* c = value; *c != '\0'; c++) {
    if (*c == '"' || *c == '\\') appendStringInfoCharMacro(out, *c);
    appendStringInfoCharMacro(out, *c);
  }
  if (quoted) appendStringInfoCharMacro(out, '"');
}

void append_csv_names(RowWriter* self, TupleDesc descriptor) {
  bool first = true;
  for (int i = 0; i < descriptor->natts; i++) {
    if (TupleDescAttr(descriptor, i)->attisdropped) continue;
    if (!first) appendStringInfoCharMacro(self->out, ',');
    first = false;
    appendStringInfoString(self->out, NameStr(TupleDescAttr(descriptor, i)->attname));
  }
  appendStringInfoCharMacro(self->out, '\n');
}

void append_csv_row(RowWriter* self, TupleTableSlot* slot) {
  TupleDesc const descriptor = self->descriptor;
  if (self->count->written == 0)
    append_csv_names(self, descriptor);
  else
    appendStringInfoCharMacro(self->out, '\n');
  bool first = true;
  for (int i = 0; i < descriptor->natts; i++) {
    if (TupleDescAttr(descriptor, i)->attisdropped) continue;
    if (!first) appendStringInfoCharMacro(self->out, ',');
    first = false;
    if (!slot->tts_isnull[i])
      append_csv_field(self->out, OutputFunctionCall(&self->outputs[i], slot->tts_values[i]));
  }
}

void append_json_row(RowWriter* self, TupleTableSlot* slot) {
  if (self->count->written > 0) appendBinaryStringInfo(self->out, ", \n ", 4);
  appendStringInfoCharMacro(self->out, '{');
  append_json_members(self->out, self->descriptor, self->columns, slot->tts_values, slot->tts_isnull, -1,
                      true);
  appendStringInfoCharMacro(self->out, '}');
}

void append_json_scalar(RowWriter* self, TupleTableSlot* slot) {
  Category const category = self->columns[0]->category;
  bool const structured = category == Category::composite || category == Category::array;
  if (self->count->written > 0) appendStringInfoString(self->out, structured ? ", \n " : ", ");
  if (slot->tts_isnull[0])
    appendBinaryStringInfo(self->out, "null", 4);
  else
    append_json_value(self->out, self->columns[0], slot->tts_values[0]);
}

void append_raw(RowWriter* self, TupleTableSlot* slot, int column) {
  resetStringInfo(self->out);
  if (slot->tts_isnull[column]) return;
  Oid const type = getBaseType(TupleDescAttr(self->descriptor, column)->atttypid);
  if (type == BYTEAOID || type == TEXTOID) {
    varlena* const bytes = PG_DETOAST_DATUM_PACKED(slot->tts_values[column]);
    appendBinaryStringInfo(self->out, VARDATA_ANY(bytes), static_cast<int>(VARSIZE_ANY_EXHDR(bytes)));
    return;
  }
  appendStringInfoString(self->out, OutputFunctionCall(&self->outputs[column], slot->tts_values[column]));
}

void append_names(RowWriter* self, TupleTableSlot* slot) {
  TupleDesc const descriptor = self->descriptor;
  for (int i = 0; i < descriptor->natts && self->count->written == 0; i++) {
    appendStringInfoString(self->out, NameStr(TupleDescAttr(descriptor, i)->attname));
    if (slot->tts_isnull[i])
      appendStringInfoString(self->out, "=is.null");
    else
      appendStringInfo(self->out, "=eq.%s", OutputFunctionCall(&self->outputs[i], slot->tts_values[i]));
    appendStringInfoChar(self->out, '\0');
  }
}

void append_row(RowWriter* self, TupleTableSlot* slot) {
  switch (self->format) {
    case RowFormat::json_rows:
      append_json_row(self, slot);
      break;
    case RowFormat::json_values:
      append_json_scalar(self, slot);
      break;
    case RowFormat::csv:
      append_csv_row(self, slot);
      break;
    case RowFormat::raw:
      append_raw(self, slot, 0);
      break;
    case RowFormat::aggregate:
      append_raw(self, slot, 1);
      break;
    case RowFormat::names:
      append_names(self, slot);
      break;
    case RowFormat::none:
      break;
  }
}

bool receive_row(TupleTableSlot* slot, DestReceiver* base) {
  auto* const self = reinterpret_cast<RowWriter*>(base);
  int64 const position = self->count->seen++ - self->window.offset;
  if (position < 0 || (self->window.limit >= 0 && position >= self->window.limit)) return true;
  if (self->format != RowFormat::none) {
    slot_getallattrs(slot);
    MemoryContext const before = MemoryContextSwitchTo(self->row_context);
    append_row(self, slot);
    MemoryContextSwitchTo(before);
    MemoryContextReset(self->row_context);
  }
  self->count->written++;
  if (self->format == RowFormat::aggregate) self->count->written = DatumGetInt64(slot->tts_values[0]);
  return true;
}

FmgrInfo* output_functions(TupleDesc descriptor) {
  auto* const outputs = static_cast<FmgrInfo*>(palloc0(sizeof(FmgrInfo) * Max(descriptor->natts, 1)));
  for (int i = 0; i < descriptor->natts; i++) {
    if (TupleDescAttr(descriptor, i)->attisdropped) continue;
    Oid output;
    bool is_varlena;
    getTypeOutputInfo(TupleDescAttr(descriptor, i)->atttypid, &output, &is_varlena);
    fmgr_info(output, &outputs[i]);
  }
  return outputs;
}

void start_up(DestReceiver* base, int, TupleDesc descriptor) {
  auto* const self = reinterpret_cast<RowWriter*>(base);
  self->lookup_context =
      AllocSetContextCreate(CurrentMemoryContext, "pg_booking row types", ALLOCSET_SMALL_SIZES);
  self->row_context =
      AllocSetContextCreate(CurrentMemoryContext, "pg_booking row text", ALLOCSET_DEFAULT_SIZES);
  MemoryContext const before = MemoryContextSwitchTo(self->lookup_context);
  self->descriptor = descriptor;
  if (is_json_format(self->format))
    self->columns = make_field_writers(descriptor);
  else if (self->format != RowFormat::none)
    self->outputs = output_functions(descriptor);
  MemoryContextSwitchTo(before);
}

void shut_down(DestReceiver* base) {
  auto* const self = reinterpret_cast<RowWriter*>(base);
  MemoryContextDelete(self->row_context);
  MemoryContextDelete(self->lookup_context);
}

void destroy(DestReceiver* base) {
  pfree(base);
}

}  // namespace

DestReceiver* create_row_writer(RowFormat format, const RowWindow& window, StringInfo out, RowCount* count) {
  auto* const self = static_cast<RowWriter*>(palloc0(sizeof(RowWriter)));
  self->base.receiveSlot = receive_row;
  self->base.rStartup = start_up;
  self->base.rShutdown = shut_down;
  self->base.rDestroy = destroy;
  self->base.mydest = DestNone;
  self->format = format;
  self->window = window;
  self->out = out;
  self->count = count;
  return &self->base;
}

}  // namespace pg_booking::rest
