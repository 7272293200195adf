// The small formats: what a parser accepts, the writer gives back.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "text/api_key_format.hpp"
#include "text/datetime.hpp"
#include "text/email.hpp"
#include "text/headers.hpp"
#include "text/sha256.hpp"
#include "text/typeid.hpp"
#include "text/uuid.hpp"

using namespace pg_booking;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

bool is_inside(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void headers(std::string_view text) {
  const auto fields = parse_header_block(text);
  for (const HeaderField& field : fields) {
    check(!field.name.empty() && is_inside(field.name, text) && is_inside(field.value, text));
    check(field.name.find_first_of(":\n") == std::string_view::npos);
  }
  if (const auto media_type = parse_media_type(text)) {
    const auto again = parse_media_type(media_type->type);
    check(again && again->type == media_type->type && again->charset.empty());
  }
  if (const auto token = bearer_token(text)) {
    check(!token->empty() && is_inside(*token, text) &&
          bearer_token("Bearer " + std::string(*token)) == token);
  }
}

void ids(std::string_view text) {
  if (const auto uuid = parse_typeid("bkg", text)) check(format_typeid("bkg", *uuid) == text);
  if (const auto uuid = parse_uuid(text)) check(parse_typeid("a", format_typeid("a", *uuid)) == uuid);
  if (const auto key = parse_api_key(text)) {
    check(text.size() == kApiKeyLength && key->lookup_id == text.substr(8, 6));
  }
  if (text.size() >= 48) {
    std::array<uint8_t, 48> random;
    std::memcpy(random.data(), text.data(), random.size());
    check(parse_api_key(format_api_key(random)).has_value());
  }
}

void dates(std::string_view text) {
  if (const auto date = parse_date(text)) {
    const CivilDate again = civil_from_days(days_from_civil(*date));
    check(again.year == date->year && again.month == date->month && again.day == date->day);
  }
  if (const auto minutes = parse_time_of_day(text)) check(*minutes >= 0 && *minutes < 24 * 60);
  if (const auto instant = parse_rfc3339(text)) check(parse_rfc3339(format_rfc3339(*instant)) == instant);
  if (text.size() >= sizeof(int64_t)) {
    int64_t instant = 0;
    std::memcpy(&instant, text.data(), sizeof instant);
    const auto again = parse_rfc3339(format_rfc3339(instant));
    check(!again || *again == instant);
  }
}

}  // namespace

// The first byte chooses the format, so that the fuzzer can learn each one by itself.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      headers(text);
      break;
    case 1:
      ids(text);
      break;
    case 2:
      dates(text);
      break;
    default:
      if (is_plausible_email(text)) check(text.find('@') != std::string_view::npos);
      if (is_e164_phone(text)) check(text.starts_with('+'));
  }
  return 0;
}
