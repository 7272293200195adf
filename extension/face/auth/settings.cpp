#include "face/auth/settings.hpp"

#include <array>

#include "pg/datum.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "nodes/makefuncs.h"
#include "parser/parse_func.h"
#include "utils/regproc.h"
#include "utils/varlena.h"
}

namespace pg_booking::auth {
namespace {

constinit char* external_url = nullptr;
constinit char* site_url = nullptr;
constinit char* redirect_urls = nullptr;
constinit char* mail_function = nullptr;
constinit bool autoconfirm = true;
constinit bool disable_signup = false;
constinit bool anonymous_users = false;
constinit int jwt_exp = 3600;
constinit int refresh_reuse_seconds = 10;
constinit int otp_exp = 3600;
constinit int password_min_length = 6;

struct TextSetting {
  const char* name;
  const char* description;
  const char* initial;
  char** value;
};
constexpr std::array kTextSettings = {
    TextSetting{"pg_booking.auth_external_url",
                "Address under which clients reach the service; tokens' issuer and links begin with it.",
                "http://127.0.0.1:8080", &external_url},
    TextSetting{"pg_booking.auth_site_url", "Where links in messages lead when nothing else is asked for.",
                "http://127.0.0.1:3000", &site_url},
    TextSetting{"pg_booking.auth_redirect_urls",
                "Other addresses to which a link may lead, separated by commas; * stands for any characters.",
                "", &redirect_urls},
    TextSetting{"pg_booking.auth_mail_function",
                "A function of one jsonb argument that sends messages; empty: they wait in auth.mails.", "",
                &mail_function},
};

struct SwitchSetting {
  const char* name;
  const char* description;
  bool initial;
  bool* value;
};
constexpr std::array kSwitchSettings = {
    SwitchSetting{"pg_booking.auth_autoconfirm", "Whether an address counts as confirmed without a message.",
                  true, &autoconfirm},
    SwitchSetting{"pg_booking.auth_disable_signup", "Whether only administrators add users.", false,
                  &disable_signup},
    SwitchSetting{"pg_booking.auth_anonymous_users", "Whether users can sign in without an address.", false,
                  &anonymous_users},
};

struct NumberSetting {
  const char* name;
  const char* description;
  int initial, smallest, largest;
  int* value;
};
constexpr std::array kNumberSettings = {
    NumberSetting{"pg_booking.auth_jwt_exp", "Seconds for which an access token is good.", 3600, 30, 604800,
                  &jwt_exp},
    NumberSetting{"pg_booking.auth_refresh_reuse_seconds",
                  "Seconds for which a used refresh token gives the pair once more that it gave.", 10, 0, 300,
                  &refresh_reuse_seconds},
    NumberSetting{"pg_booking.auth_otp_exp", "Seconds for which a code or link in a message is good.", 3600,
                  60, 86400, &otp_exp},
    NumberSetting{"pg_booking.auth_password_min_length", "Least characters of a new password.", 6, 6, 72,
                  &password_min_length},
};

/// P-zone. False when no function is set.
bool call_mail_function(Datum message) {
  if (mail_function == nullptr || *mail_function == '\0') return false;
  Oid const argument_types[] = {JSONBOID};
  Oid const function =
      LookupFuncName(stringToQualifiedNameList(mail_function), lengthof(argument_types), argument_types,
                     /*missing_ok=*/false);
  FmgrInfo info;
  fmgr_info(function, &info);
  LOCAL_FCINFO(call, 1);
  InitFunctionCallInfoData(*call, &info, 1, InvalidOid, nullptr, nullptr);
  call->args[0] = NullableDatum{message, false};
  FunctionCallInvoke(call);  // whatever it returns
  return true;
}

}  // namespace

void settings_init() {
  for (const TextSetting& setting : kTextSettings)
    DefineCustomStringVariable(setting.name, setting.description, nullptr, setting.value, setting.initial,
                               PGC_SUSET, 0, nullptr, nullptr, nullptr);
  for (const SwitchSetting& setting : kSwitchSettings)
    DefineCustomBoolVariable(setting.name, setting.description, nullptr, setting.value, setting.initial,
                             PGC_SUSET, 0, nullptr, nullptr, nullptr);
  for (const NumberSetting& setting : kNumberSettings)
    DefineCustomIntVariable(setting.name, setting.description, nullptr, setting.value, setting.initial,
                            setting.smallest, setting.largest, PGC_SUSET, 0, nullptr, nullptr, nullptr);
}

}  // namespace pg_booking::auth

PG_BOOKING_FUNCTION(pg_booking_call_mail_function) {
  return pg_booking::pg(
      [&] { return BoolGetDatum(pg_booking::auth::call_mail_function(PG_GETARG_DATUM(0))); });
}
