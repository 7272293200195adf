-- Settings, and what their errors say.
SHOW pg_booking.tenant_id;
SELECT booking.current_tenant();

-- A tenant is named by its UUID. A superuser may look at one tenant's rows as its callers do.
SET pg_booking.tenant_id = '01890a5d-ac96-774b-bcce-b302099a8057';
SELECT booking.current_tenant();
SET pg_booking.tenant_id = 'salon';
SET pg_booking.tenant_id = '01890a5d-ac96-774b-bcce-b302099a805';
SET pg_booking.tenant_id = '{01890a5d-ac96-774b-bcce-b302099a8057}';
SELECT booking.current_tenant() AS unchanged;
BEGIN;
SET LOCAL pg_booking.tenant_id = '01890a5d-ac96-774b-bcce-b302099a8058';
SELECT booking.current_tenant();
ROLLBACK;
SELECT booking.current_tenant() AS back;
SET pg_booking.tenant_id = '';
SELECT booking.current_tenant() IS NULL AS none;

-- A setting that does not exist is an error, not a silent new one.
SET pg_booking.tenantid = 'x';
SET pg_booking.anything = 'x';

-- Nobody but a superuser names the tenant.
SET ROLE booking_integration;
SET pg_booking.tenant_id = '01890a5d-ac96-774b-bcce-b302099a8057';
SHOW pg_booking.tenant_id;
RESET ROLE;
