#include "pg/statement.hpp"

extern "C" {
#include "nodes/params.h"
}

namespace pg_booking {

uint64 Statement::execute(const Parameter* parameters, int count, bool read_only, DestReceiver* receiver) {
  if (plan_ == nullptr) {
    Oid types[kMaxParameters];
    Assert(count <= kMaxParameters);
    for (int i = 0; i < count; i++) types[i] = parameters[i].type;
    // Generic: the parameters change with every request, and planning again for each would cost more than the
    // request.
    SPIPlanPtr const plan =
        SPI_prepare_cursor(sql_, count, types, CURSOR_OPT_GENERIC_PLAN | CURSOR_OPT_PARALLEL_OK);
    if (plan == nullptr) elog(ERROR, "SPI_prepare: %s", SPI_result_code_string(SPI_result));
    if (SPI_keepplan(plan) != 0) elog(ERROR, "SPI_keepplan failed");
    plan_ = plan;
  }

  ParamListInfo const list = makeParamList(count);
  for (int i = 0; i < count; i++)
    list->params[i] =
        ParamExternData{parameters[i].value, parameters[i].is_null, PARAM_FLAG_CONST, parameters[i].type};

  SPIExecuteOptions options;
  memset(&options, 0, sizeof options);
  options.params = list;
  options.read_only = read_only;
  options.dest = receiver;
  int const result = SPI_execute_plan_extended(plan_, &options);
  if (result < 0) elog(ERROR, "SPI_execute_plan: %s", SPI_result_code_string(result));
  return SPI_processed;
}

}  // namespace pg_booking
