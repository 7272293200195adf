#include "text/json_parse.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <system_error>
#include <vector>

#include "text/ascii.hpp"
#include "text/utf8.hpp"

namespace pg_booking {

namespace {

// The largest integer up to which doubles, and so JavaScript and RFC 8785, tell all integers apart.
constexpr int64_t kMaxExactInteger = (int64_t{1} << 53) - 1;

// Whether a JSON number is smaller than 1 in absolute value, by its decimal exponent. from_chars reports too
// big and too small alike; this tells which it was.
bool is_below_one(std::string_view number) {
  if (number.front() == '-') number.remove_prefix(1);
  const size_t exponent_mark = std::min(number.find_first_of("eE"), number.size());
  const std::string_view mantissa = number.substr(0, exponent_mark);
  const size_t point = std::min(mantissa.find('.'), mantissa.size());
  const size_t first_digit = mantissa.find_first_not_of("0.");
  if (first_digit == std::string_view::npos) return true;

  // The leading digit's power of ten: 123.4 has 2, 0.05 has -2.
  const int64_t leading_power = first_digit < point
                                    ? static_cast<int64_t>(point - first_digit) - 1
                                    : static_cast<int64_t>(point) - static_cast<int64_t>(first_digit);
  if (exponent_mark == number.size()) return leading_power < 0;
  std::string_view exponent_text = number.substr(exponent_mark + 1);
  if (exponent_text.front() == '+') exponent_text.remove_prefix(1);
  int64_t exponent = 0;
  const auto [end, error] =
      std::from_chars(exponent_text.data(), exponent_text.data() + exponent_text.size(), exponent);
  if (error != std::errc{}) return exponent_text.front() == '-';  // beyond int64: the sign says it all
  return exponent < -leading_power;
}

// Receives the parser's events, refuses what we are stricter about and passes the rest on to the document.
class StrictHandler : public json::BaseReaderHandler<json::UTF8<>, StrictHandler> {
 public:
  StrictHandler(json::Document& document, const json::MemoryStream& stream)
      : document_(document), stream_(stream) {}

  const std::optional<JsonError>& refusal() const { return refusal_; }

  bool Null() { return document_.Null(); }
  bool Bool(bool value) { return document_.Bool(value); }
  bool RawNumber(const char* text, json::SizeType length, bool /*copy*/) { return number({text, length}); }
  bool String(const char* text, json::SizeType length, bool copy) {
    return is_storable({text, length}) && document_.String(text, length, copy);
  }
  bool Key(const char* text, json::SizeType length, bool copy) {
    if (!is_storable({text, length})) return false;
    names_.push_back({name_bytes_.size(), length, stream_.Tell()});
    name_bytes_.append(text, length);
    return document_.Key(text, length, copy);
  }
  bool StartObject() { return enter() && document_.StartObject(); }
  bool EndObject(json::SizeType count) {
    --depth_;
    return has_unique_names(count) && document_.EndObject(count);
  }
  bool StartArray() { return enter() && document_.StartArray(); }
  bool EndArray(json::SizeType count) {
    --depth_;
    return document_.EndArray(count);
  }

 private:
  struct Name {
    size_t begin, length;  // in name_bytes_
    size_t end_in_text;
  };

  bool refuse(const char* message, size_t offset) {
    refusal_ = JsonError{message, offset};
    return false;
  }

  bool enter() {
    if (++depth_ <= kMaxJsonDepth) return true;
    return refuse("Arrays and objects are nested too deeply; 64 levels are allowed.", stream_.Tell());
  }

  bool is_storable(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) {
      return refuse("Text must not contain the character U+0000.", stream_.Tell());
    }
    // The reader has checked raw bytes and leading surrogates; a trailing one alone it would encode as if it
    // were a character.
    if (!is_valid_utf8(text)) return refuse("Text contains a lone surrogate escape.", stream_.Tell());
    return true;
  }

  bool number(std::string_view text) {
    const size_t start = stream_.Tell() - text.size();
    const char* end = text.data() + text.size();
    if (text.find_first_of(".eE") == std::string_view::npos) {
      int64_t value = 0;
      const bool fits = std::from_chars(text.data(), end, value).ec == std::errc{};
      if (!fits || value > kMaxExactInteger || value < -kMaxExactInteger) {
        return refuse("Integers must lie between -(2^53 - 1) and 2^53 - 1; send larger ones as text.", start);
      }
      return document_.Int64(value);
    }
    double value = 0;
    if (std::from_chars(text.data(), end, value).ec != std::errc{}) {
      if (!is_below_one(text)) return refuse(json::GetParseError_En(json::kParseErrorNumberTooBig), start);
      value = 0;
    }
    return document_.Double(value);
  }

  // Sorting instead of a hash table: no input can make it quadratic.
  bool has_unique_names(size_t count) {
    const auto text = [this](const Name& name) {
      return std::string_view(name_bytes_).substr(name.begin, name.length);
    };
    const auto first = names_.end() - static_cast<std::ptrdiff_t>(count);
    const size_t first_byte = count == 0 ? name_bytes_.size() : first->begin;
    std::sort(first, names_.end(), [&](const Name& a, const Name& b) { return text(a) < text(b); });
    const auto twin = std::adjacent_find(first, names_.end(),
                                         [&](const Name& a, const Name& b) { return text(a) == text(b); });
    if (twin != names_.end()) {
      return refuse("An object has two members of the same name.",
                    std::max(twin->end_in_text, std::next(twin)->end_in_text));
    }
    names_.erase(first, names_.end());
    name_bytes_.resize(first_byte);
    return true;
  }

  json::Document& document_;
  const json::MemoryStream& stream_;
  std::optional<JsonError> refusal_;
  int depth_ = 0;
  // The names of all open objects, innermost last.
  std::vector<Name> names_;
  std::string name_bytes_;
};

std::optional<JsonError> read_strictly(std::string_view text, json::Document& document) {
  // Numbers come as text: only so can an integer be told from a double after the fact, and RapidJSON's own
  // conversion is not correctly rounded.
  constexpr unsigned kFlags =
      json::kParseIterativeFlag | json::kParseValidateEncodingFlag | json::kParseNumbersAsStringsFlag;
  json::MemoryStream stream(text.data(), text.size());
  json::Reader reader;
  StrictHandler handler(document, stream);
  const json::ParseResult result = reader.Parse<kFlags>(stream, handler);
  if (handler.refusal()) return handler.refusal();
  if (result.IsError()) {
    // The reader calls a text "empty" if it finds no value at its start.
    const bool is_misnamed = result.Code() == json::kParseErrorDocumentEmpty && result.Offset() < text.size();
    const json::ParseErrorCode code = is_misnamed ? json::kParseErrorValueInvalid : result.Code();
    return JsonError{json::GetParseError_En(code), result.Offset()};
  }
  // The reader takes a NUL byte for the end of its input.
  if (stream.Tell() != text.size()) {
    return JsonError{json::GetParseError_En(json::kParseErrorDocumentRootNotSingular), stream.Tell()};
  }
  return std::nullopt;
}

}  // namespace

std::optional<JsonError> parse_json(std::string_view text, json::Document& out) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    out.SetNull();
    return JsonError{"The text starts with a byte order mark; send UTF-8 without one.", 0};
  }
  std::optional<JsonError> error;
  const auto generate = [&](json::Document& document) {
    error = read_strictly(text, document);
    return !error;
  };
  out.Populate(generate);
  if (error) out.SetNull();
  return error;
}

}  // namespace pg_booking
