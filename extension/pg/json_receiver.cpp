#include "pg/json_receiver.hpp"

#include "pg/json_value.hpp"

extern "C" {
#include "executor/tuptable.h"
}

// Every function here runs below the executor's C frames: P-zone, no C++ objects with destructors.
namespace pg_booking {
namespace {

struct JsonReceiver {
  DestReceiver base;
  StringInfo out;
  StringInfo meta;
  uint64 rows;
  TupleDesc descriptor;  // the statement's: a slot's own may lack names
  TypeWriter** columns;
  int meta_column;  // -1: none
  MemoryContext lookup_context;
  MemoryContext row_context;
};

bool receive_row(TupleTableSlot* slot, DestReceiver* base) {
  auto* const self = reinterpret_cast<JsonReceiver*>(base);
  slot_getallattrs(slot);
  MemoryContext const before = MemoryContextSwitchTo(self->row_context);
  if (self->rows++ > 0) appendStringInfoCharMacro(self->out, ',');
  appendStringInfoCharMacro(self->out, '{');
  append_json_members(self->out, self->descriptor, self->columns, slot->tts_values, slot->tts_isnull,
                      self->meta_column, true);
  appendStringInfoCharMacro(self->out, '}');
  int const meta = self->meta_column;
  if (meta >= 0 && !slot->tts_isnull[meta])
    append_json_composite_members(self->meta, self->columns[meta], slot->tts_values[meta], false);
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
  self->descriptor = descriptor;
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
