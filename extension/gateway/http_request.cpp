#include "gateway/pipeline.hpp"
#include "text/utf8.hpp"

#include "pg/datum.hpp"
#include "pg/guard.hpp"
#include "pg/preload.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "utils/jsonb.h"
#include "utils/syscache.h"
}

// The two SQL functions over the pipeline: one for people and tests, one for pg-booking-http.
namespace pg_booking {
namespace {

/// P-zone.
Oid owner_of(Oid function_id) {
  HeapTuple const tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function_id));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for function %u", function_id);
  Oid const owner = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple))->proowner;
  ReleaseSysCache(tuple);
  return owner;
}

/// A text or bytea argument; the empty view for NULL. P-zone.
std::string_view argument(FunctionCallInfo fcinfo, int number) {
  return PG_ARGISNULL(number) ? std::string_view{} : view_of(PG_GETARG_VARLENA_PP(number));
}

[[noreturn]] void refuse_header_value() {
  ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                  errmsg("request_headers must map each name to a string or an array of strings")));
  pg_unreachable();
}

void append_header_value(StringInfo block, const char* name, int name_length, const JsonbValue& value) {
  if (value.type != jbvString) refuse_header_value();
  if (memchr(value.val.string.val, '\n', value.val.string.len) != nullptr ||
      memchr(name, '\n', name_length) != nullptr)
    ereport(ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a header must not contain a line feed")));
  for (int i = 0; i < name_length; i++)
    appendStringInfoChar(block, pg_ascii_tolower(static_cast<unsigned char>(name[i])));
  appendStringInfoString(block, ": ");
  appendBinaryStringInfo(block, value.val.string.val, value.val.string.len);
  appendStringInfoChar(block, '\n');
}

/// The jsonb object of headers as the block that the packed form takes. P-zone.
std::string_view header_block(Jsonb* headers) {
  StringInfoData block;
  initStringInfo(&block);
  if (!JB_ROOT_IS_OBJECT(headers))
    ereport(ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("request_headers must be a JSON object")));
  JsonbIterator* iterator = JsonbIteratorInit(&headers->root);
  JsonbValue key;
  JsonbValue value;
  JsonbIteratorToken token;
  while ((token = JsonbIteratorNext(&iterator, &key, false)) != WJB_DONE) {
    if (token != WJB_KEY) continue;
    token = JsonbIteratorNext(&iterator, &value, false);
    if (token == WJB_VALUE) {
      append_header_value(&block, key.val.string.val, key.val.string.len, value);
      continue;
    }
    while ((token = JsonbIteratorNext(&iterator, &value, false)) == WJB_ELEM)
      append_header_value(&block, key.val.string.val, key.val.string.len, value);
    if (token != WJB_END_ARRAY) refuse_header_value();
  }
  return {block.data, static_cast<size_t>(block.len)};
}

/// "Name: value\n" lines as a jsonb object. P-zone.
Datum headers_to_jsonb(std::string_view lines) {
  JsonbParseState* state = nullptr;
  pushJsonbValue(&state, WJB_BEGIN_OBJECT, nullptr);
  while (!lines.empty()) {
    std::string_view const line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(line.size() + 1);
    size_t const colon = line.find(": ");
    JsonbValue key;
    key.type = jbvString;
    key.val.string.val = const_cast<char*>(line.data());
    key.val.string.len = static_cast<int>(colon);
    pushJsonbValue(&state, WJB_KEY, &key);
    JsonbValue value;
    value.type = jbvString;
    value.val.string.val = const_cast<char*>(line.data() + colon + 2);
    value.val.string.len = static_cast<int>(line.size() - colon - 2);
    pushJsonbValue(&state, WJB_VALUE, &value);
  }
  return JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, nullptr)));
}

/// P-zone.
Datum composite_answer(FunctionCallInfo fcinfo, int status, std::string_view headers, std::string_view body) {
  TupleDesc descriptor;
  if (get_call_result_type(fcinfo, nullptr, &descriptor) != TYPEFUNC_COMPOSITE)
    elog(ERROR, "return type must be a row type");
  Datum values[] = {Int32GetDatum(status), headers_to_jsonb(headers), text_datum(body)};
  bool nulls[lengthof(values)] = {};
  return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls));
}

/// "200 createBooking 01890a5d-ac96-774b-bcce-b302099a8057 replayed\n": status, operation and tenant ("-"
/// where there is none), and the last word only if it is so.
std::string status_line(const NotedAnswer& noted) {
  const RequestNotes& notes = noted.notes;
  std::string line = std::to_string(noted.answer.status);
  line.append(" ").append(notes.operation.empty() ? "-" : notes.operation);
  line.append(" ").append(notes.tenant ? format_uuid(*notes.tenant) : "-");
  if (notes.replayed) line.append(" replayed");
  return line.append("\n");
}

/// P-zone.
Datum packed_answer(std::string_view line, const HttpAnswer& answer) {
  Size const size = VARHDRSZ + line.size() + answer.headers.size() + 1 + answer.body.size();
  auto* const result = static_cast<bytea*>(palloc(size));
  SET_VARSIZE(result, size);
  char* cursor = VARDATA(result);
  memcpy(cursor, line.data(), line.size());
  cursor += line.size();
  memcpy(cursor, answer.headers.data(), answer.headers.size());
  cursor += answer.headers.size();
  *cursor++ = '\n';
  memcpy(cursor, answer.body.data(), answer.body.size());
  return PointerGetDatum(result);
}

}  // namespace
}  // namespace pg_booking

using namespace pg_booking;

PG_BOOKING_FUNCTION(pg_booking_http_request) {
  HttpRequest request;
  Oid owner = InvalidOid;
  pg([&] {
    require_preload();
    owner = owner_of(fcinfo->flinfo->fn_oid);
    request.method = argument(fcinfo, 0);
    request.target = argument(fcinfo, 1);
    if (!PG_ARGISNULL(2)) request.header_block = header_block(PG_GETARG_JSONB_P(2));
    request.body = argument(fcinfo, 3);
    request.peer = argument(fcinfo, 4);
  });
  HttpAnswer const answer = handle_request(request, owner).answer;
  return pg([&] { return composite_answer(fcinfo, answer.status, answer.headers, answer.body); });
}

PG_BOOKING_FUNCTION(pg_booking_http_request_packed) {
  HttpRequest request;
  Oid owner = InvalidOid;
  pg([&] {
    require_preload();
    owner = owner_of(fcinfo->flinfo->fn_oid);
    request.method = argument(fcinfo, 0);
    request.target = argument(fcinfo, 1);
    request.header_block = argument(fcinfo, 2);
    request.body = argument(fcinfo, 3);
    request.peer = argument(fcinfo, 4);
  });
  NotedAnswer const noted = handle_request(request, owner);
  std::string const line = status_line(noted);
  return pg([&] { return packed_answer(line, noted.answer); });
}
