#pragma once
#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/slots/zone.hpp"
#include "text/typeid.hpp"
#include "text/uuid.hpp"

namespace pg_booking::v1 {

/// The public id of a person, ready to be written.
using StaffId = std::array<char, 6 + kTypeIdSuffixLength>;  // staff_…
StaffId public_staff_id(const UuidBytes& id);

/// Writes bookable starts as JSON objects with the members of the type booking.v1_slot.
class SlotWriter {
 public:
  /// At most so many bytes each.
  static constexpr size_t kMaxBytes = 256;

  explicit SlotWriter(const slots::Zone& zone) : zone_(zone) {}

  /// Writes one to `out` and returns its end; instants of the years 0 to 9999.
  char* write(char* out, int64_t starts_us, int64_t ends_us, const StaffId& staff_id);

 private:
  /// A date as text, kept from slot to slot: those of a day come together.
  class DateText {
   public:
    std::string_view of(slots::Date date);

   private:
    slots::Date date_ = INT32_MIN;
    std::array<char, 10> text_{};
  };

  const slots::Zone& zone_;
  DateText local_date_;
  DateText start_date_;
  DateText end_date_;
};

}  // namespace pg_booking::v1
