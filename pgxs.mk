# Build and installation of the extension and the service by PGXS. Run through the top Makefile, from the top folder.
EXTENSION_VERSION := $(shell sed -n 's/^  "version": "\(.*\)",$$/\1/p' META.json)

EXTENSION = extension/pg_booking
MODULE_big = pg_booking
SCRIPTS_built = pg-booking-http
DATA_built = sql/pg_booking--$(EXTENSION_VERSION).sql
DATA = $(wildcard sql/pg_booking--*--*.sql)
EXTRA_CLEAN = build .stage results regression.diffs regression.out extension/pg_booking.control

EXTENSION_SOURCES = $(sort $(shell find extension -name '*.cpp'))
OBJS = $(patsubst %.cpp,build/%.o,$(EXTENSION_SOURCES))
SHLIB_LINK = -lstdc++ -lcrypto

# The install script is made of one file per subject, in this order.
SQL_PARTS = $(addprefix sql/,header.sql roles.sql auth.sql types.sql functions.sql tenants.sql staff.sql services.sql \
	calendar.sql resources.sql customers.sql bookings.sql api_keys.sql rate_limits.sql idempotency.sql secrets.sql jwt_keys.sql project_keys.sql webhooks.sql \
	webhook_sending.sql webhook_control.sql rule_changes.sql slots.sql staffing.sql booking_rules.sql booking_flow.sql reschedule.sql \
	holds.sql visits.sql external_busy.sql session_notes.sql practice.sql v1_types.sql v1.sql v1_account.sql api.sql api_writes.sql api_rpc.sql \
	auth_users.sql auth_tokens.sql auth_mail.sql auth_endpoints.sql auth_admin.sql \
	openapi.sql gateway.sql housekeeping.sql statistics.sql security.sql auth_security.sql dump.sql)

# Tests by wildcard: a file that exists is a test that runs.
REGRESS = $(sort $(patsubst test/sql/%.sql,%,$(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --load-extension=btree_gist --load-extension=pgcrypto --load-extension=pg_booking
ISOLATION = $(sort $(patsubst test/specs/%.spec,%,$(wildcard test/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test --outputdir=. --load-extension=btree_gist --load-extension=pgcrypto --load-extension=pg_booking

PG_CONFIG ?= pg_config
PG_CPPFLAGS = -Iextension -isystem $(shell $(PG_CONFIG) --includedir-server) \
	'-DPGDLLEXPORT=__attribute__((visibility("default")))' -DPG_BOOKING_VERSION='"$(EXTENSION_VERSION)"'
# -Wclobbered only misfires here: pg() is inlined with the code it guards, and nothing of that code runs after the jump.
PG_CXXFLAGS = -std=c++20 -Wall -Wextra -Werror -Wno-register -Wno-clobbered -fvisibility=hidden -fvisibility-inlines-hidden

# What `test/bin/soak` adds to either of the two.
EXTENSION_SANITIZE =
SERVICE_SANITIZE =
PG_CXXFLAGS += $(EXTENSION_SANITIZE)
SHLIB_LINK += $(EXTENSION_SANITIZE)

# Bitcode for JIT inlining gains nothing here and would be compiled as C++14.
override with_llvm := no
PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs))
ifeq ($(PGXS),)
$(error no PGXS for $(PG_CONFIG): run "make deps" or install postgresql-server-dev)
endif
include $(PGXS)

extension/pg_booking.control: extension/pg_booking.control.in META.json
	sed 's/@VERSION@/$(EXTENSION_VERSION)/' $< > $@

sql/pg_booking--$(EXTENSION_VERSION).sql: $(SQL_PARTS) META.json
	cat $(SQL_PARTS) > $@

# PGXS tracks no header dependencies: our own rule does.
build/extension/%.o: extension/%.cpp META.json
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) $(CPPFLAGS) -fPIC -MMD -MP -c -o $@ $<

HTTP_PACKAGES = cpp-httplib libpq openssl zlib libcurl libcares
HTTP_CPPFLAGS = -Ihttp -Iextension -DPG_BOOKING_VERSION='"$(EXTENSION_VERSION)"' \
	$(subst -I,-isystem ,$(shell pkg-config --cflags $(HTTP_PACKAGES)))
HTTP_SOURCES = $(wildcard http/*.cpp http/*/*.cpp)
build/http/%.o: http/%.cpp META.json
	@mkdir -p $(@D)
	$(CXX) -std=c++20 -O2 -g -pthread -Wall -Wextra -Werror $(SERVICE_SANITIZE) $(HTTP_CPPFLAGS) -MMD -MP -c -o $@ $<

pg-booking-http: $(patsubst %.cpp,build/%.o,$(HTTP_SOURCES) $(wildcard extension/text/*.cpp))
	$(CXX) -pthread $(SERVICE_SANITIZE) -o $@ $^ $(shell pkg-config --libs $(HTTP_PACKAGES))

-include $(shell find build/extension build/http -name '*.d' 2>/dev/null)

# clang-tidy needs the same flags as the compiler.
.PHONY: tidy
tidy:
	clang-tidy --quiet $(HTTP_SOURCES) -- -std=c++20 $(HTTP_CPPFLAGS)
	clang-tidy --quiet $(EXTENSION_SOURCES) -- -std=c++20 -Wno-register $(CPPFLAGS)
