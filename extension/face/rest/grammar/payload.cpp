#include "face/rest/grammar/payload.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "face/rest/grammar/csv.hpp"
#include "text/json_write.hpp"
#include "text/rapidjson.hpp"

namespace pg_booking::rest {

namespace {

using Names = std::vector<std::string>;

RequestError invalid_body(std::string message) {
  return {.code = "PGRST102", .message = std::move(message)};
}

void sort_unique(Names& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

// Collects the names of the members of an object, or of the objects of an array, while the text is checked.
class RowNames : public json::BaseReaderHandler<json::UTF8<>, RowNames> {
 public:
  bool is_array() const { return root_ == Root::array; }
  bool is_scalar() const { return root_ == Root::scalar; }
  // Whether all elements of an array are objects with the same names.
  bool are_uniform() const { return uniform_; }
  Names take() { return std::move(first_); }

  bool Default() {
    if (depth_ == 0) root_ = Root::scalar;
    if (depth_ == 1 && is_array()) uniform_ = false;
    return true;
  }
  bool StartObject() {
    if (depth_ == 0) root_ = Root::object;
    if (depth_++ == row_depth()) current_.clear();
    return true;
  }
  bool EndObject(json::SizeType /*count*/) {
    if (--depth_ == row_depth()) end_row();
    return true;
  }
  bool StartArray() {
    if (depth_ == 0) root_ = Root::array;
    if (depth_ == 1 && is_array()) uniform_ = false;
    ++depth_;
    return true;
  }
  bool EndArray(json::SizeType /*count*/) {
    --depth_;
    return true;
  }
  bool Key(const char* text, json::SizeType length, bool /*copy*/) {
    if (depth_ == row_depth() + 1) current_.emplace_back(text, length);
    return true;
  }

 private:
  enum class Root { object, array, scalar };

  // How many arrays and objects a row's object is in.
  int row_depth() const { return is_array() ? 1 : 0; }

  void end_row() {
    if (current_ == first_as_written_ && has_row_) return;
    Names sorted = current_;
    sort_unique(sorted);
    if (!has_row_) {
      has_row_ = true;
      first_as_written_ = std::move(current_);
      first_ = std::move(sorted);
    } else if (sorted != first_) {
      uniform_ = false;
    }
    current_.clear();
  }

  Root root_ = Root::scalar;
  int depth_ = 0;
  bool has_row_ = false;
  bool uniform_ = true;
  Names current_, first_as_written_, first_;
};

bool scan_json(std::string_view text, RowNames& names) {
  constexpr unsigned kFlags =
      json::kParseIterativeFlag | json::kParseValidateEncodingFlag | json::kParseNumbersAsStringsFlag;
  json::MemoryStream stream(text.data(), text.size());
  json::Reader reader;
  // The reader takes a NUL byte for the end of its input.
  return !reader.Parse<kFlags>(stream, names).IsError() && stream.Tell() == text.size();
}

std::optional<RequestError> read_json(std::string_view body, Payload& out) {
  RowNames names;
  if (!scan_json(body, names)) return invalid_body("Empty or invalid json");
  if (!names.are_uniform()) return invalid_body("All object keys must match");
  // Neither an object nor an array: no rows.
  out.text = names.is_scalar() ? "[]" : body;
  out.is_array = names.is_array() || names.is_scalar();
  out.keys = names.take();
  return std::nullopt;
}

void append_member(std::string& object, std::string_view name, std::string_view value, bool is_null) {
  if (object.back() != '{') object += ',';
  append_json_string(object, name);
  object += ':';
  if (is_null) {
    object += "null";
  } else {
    append_json_string(object, value);
  }
}

std::optional<RequestError> read_csv(std::string_view body, Payload& out) {
  const std::optional<std::vector<CsvRecord>> records = parse_csv(body);
  if (!records || records->empty()) return invalid_body("Empty or invalid csv");
  const CsvRecord& header = records->front();
  out.text = "[";
  for (size_t row = 1; row < records->size(); ++row) {
    const CsvRecord& record = (*records)[row];
    if (record.size() != header.size()) return invalid_body("All lines must have same number of fields");
    out.text += row == 1 ? "{" : ",{";
    for (size_t i = 0; i < header.size(); ++i)
      append_member(out.text, header[i], record[i], record[i] == "NULL");
    out.text += '}';
  }
  out.text += ']';
  out.is_array = true;
  out.keys = header;
  sort_unique(out.keys);
  return std::nullopt;
}

std::optional<RequestError> read_form(std::string_view body, PayloadUse use, Payload& out) {
  std::optional<std::vector<QueryParameter>> fields = parse_form(body);
  if (!fields) return invalid_body("Invalid form: percent-encoded UTF-8 is expected");
  for (const QueryParameter& field : *fields) out.keys.push_back(field.name);
  sort_unique(out.keys);
  if (use == PayloadUse::arguments) {
    out.kind = Payload::Kind::form;
    for (QueryParameter& field : *fields)
      out.fields.emplace_back(std::move(field.name), std::move(field.value));
    return std::nullopt;
  }
  std::map<std::string, std::string> members;  // of repeated fields the last one counts
  for (QueryParameter& field : *fields) members[std::move(field.name)] = std::move(field.value);
  out.text = "{";
  for (const auto& [name, value] : members) append_member(out.text, name, value, false);
  out.text += '}';
  return std::nullopt;
}

}  // namespace

std::optional<RequestError> parse_payload(std::string_view body, const Media& content_type, PayloadUse use,
                                          bool columns_given, Payload& out) {
  out = {};
  const bool is_for_arguments = use == PayloadUse::arguments;
  switch (content_type.kind) {
    case Media::Kind::json:
      if (columns_given) break;
      return read_json(body.empty() && is_for_arguments ? "{}" : body, out);
    case Media::Kind::csv:
      return read_csv(body, out);
    case Media::Kind::form:
      return read_form(body, use, out);
    case Media::Kind::text:
    case Media::Kind::xml:
    case Media::Kind::octets:
      if (is_for_arguments) break;
      [[fallthrough]];
    default:
      return invalid_body("Content-Type not acceptable: " + content_type.name);
  }
  out.kind = Payload::Kind::raw;
  out.text = body;
  return std::nullopt;
}

}  // namespace pg_booking::rest
