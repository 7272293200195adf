#include "pg/role.hpp"

namespace pg_booking {

Identity current_identity() {
  Identity identity{};
  GetUserIdAndSecContext(&identity.user_id, &identity.security_context);
  return identity;
}

Identity become_owner(Oid owner_id) {
  Identity const before = current_identity();
  SetUserIdAndSecContext(owner_id, before.security_context | SECURITY_LOCAL_USERID_CHANGE);
  return before;
}

void leave_owner(const Identity& before) {
  SetUserIdAndSecContext(before.user_id, before.security_context);
}

void set_role(const char* role) {
  // Checks membership, and makes both ways to ask for the role agree. GUC_ACTION_SAVE ends with the
  // subtransaction.
  set_config_option("role", role, superuser() ? PGC_SUSET : PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true,
                    ERROR, false);
}

void lock_role() {
  // The security context keeps RESET ROLE, SET ROLE and set_config('role', …) from undoing it.
  SetUserIdAndSecContext(GetUserId(), current_identity().security_context | SECURITY_LOCAL_USERID_CHANGE);
}

Identity become_role(const char* role) {
  Identity const before = current_identity();
  set_role(role);
  lock_role();
  return before;
}

void leave_role(const Identity& before) {
  SetUserIdAndSecContext(GetUserId(), before.security_context);
}

void verify_identity(const Identity& before) {
  if (GetUserId() != before.user_id)
    ereport(FATAL,
            (errcode(ERRCODE_INTERNAL_ERROR), errmsg("pg_booking: the session's role was not restored")));
}

}  // namespace pg_booking
