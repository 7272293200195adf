#include "pg/row_receiver.hpp"

extern "C" {
#include "executor/tuptable.h"
}

namespace pg_booking {
namespace {

struct RowReceiver {
  DestReceiver base;
  RowHandler handler;
  void* state;
};

bool receive_row(TupleTableSlot* slot, DestReceiver* base) {
  auto* const self = reinterpret_cast<RowReceiver*>(base);
  slot_getallattrs(slot);
  self->handler(self->state, slot->tts_values, slot->tts_isnull);
  return true;
}

void start_up(DestReceiver*, int, TupleDesc) {}
void shut_down(DestReceiver*) {}
void destroy(DestReceiver* base) {
  pfree(base);
}

}  // namespace

DestReceiver* create_row_receiver(RowHandler handler, void* state) {
  auto* const self = static_cast<RowReceiver*>(palloc0(sizeof(RowReceiver)));
  self->base.receiveSlot = receive_row;
  self->base.rStartup = start_up;
  self->base.rShutdown = shut_down;
  self->base.rDestroy = destroy;
  self->base.mydest = DestNone;
  self->handler = handler;
  self->state = state;
  return &self->base;
}

}  // namespace pg_booking
