#pragma once

#include "pg/postgres.hpp"

namespace pg_booking {

/// Who runs, to come back to.
struct Identity {
  Oid user_id;
  int security_context;
};

/// Who runs now.
Identity current_identity();

/// Switches to the owner of the extension's functions for a look-up that has no tenant yet. Nothing that the
/// caller wrote may run meanwhile. P-zone; end with leave_owner. An error in between is undone by the
/// subtransaction's rollback.
Identity become_owner(Oid owner_id);
void leave_owner(const Identity& before);

/// Switches to a role for the rest of the current subtransaction, as SET ROLE would (membership is checked,
/// current_user and current_setting('role') both tell it), but so that nothing called inside can leave it.
/// P-zone. Refused inside SECURITY DEFINER functions, as SET ROLE is.
Identity become_role(const char* role);

/// The two halves of become_role, for trusted code that may choose another role in between.
void set_role(const char* role);
void lock_role();

/// Ends become_role's lock before the subtransaction is released, which then puts the role back. P-zone.
void leave_role(const Identity& before);

/// Ends the session if the user is not the one from before: nothing may go on under a wrong role. P-zone.
void verify_identity(const Identity& before);

}  // namespace pg_booking
