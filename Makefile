# pg_booking: `make demo` to try it, `make check` to test it, `make install` to have it.
# META.json is the one place where the version lives.
VERSION := $(shell sed -n 's/^  "version": "\(.*\)",$$/\1/p' META.json)

EXTENSION = extension/pg_booking
MODULE_big = pg_booking
SCRIPTS_built = pg-booking-http
DATA_built = sql/pg_booking--$(VERSION).sql
DATA = $(wildcard sql/pg_booking--*--*.sql)
EXTRA_CLEAN = build .stage results output_iso regression.diffs regression.out extension/pg_booking.control

# Directories that know nothing of PostgreSQL: unit-tested and fuzzed outside the server.
PURE_DIRS = extension/text extension/engine/slots
PURE_SOURCES = $(foreach dir,$(PURE_DIRS),$(wildcard $(dir)/*.cpp))
EXTENSION_SOURCES = $(sort $(shell find extension -name '*.cpp'))
HTTP_SOURCES = $(wildcard http/*.cpp)
UNIT_SOURCES = $(wildcard test/unit/*.cpp)
FUZZ_TARGETS = $(patsubst test/fuzz/%.cpp,build/fuzz/%,$(wildcard test/fuzz/*.cpp))

# The install script is made of one file per subject, in this order.
SQL_PARTS = $(addprefix sql/,header.sql roles.sql types.sql functions.sql tenants.sql staff.sql services.sql \
	calendar.sql customers.sql bookings.sql api_keys.sql slots.sql booking_flow.sql v1.sql gateway.sql \
	security.sql dump.sql)

WARNINGS = -Wall -Wextra -Werror
CXX_STANDARD = -std=c++20
OBJS = $(patsubst %.cpp,build/%.o,$(EXTENSION_SOURCES))
SHLIB_LINK = -lstdc++ -lcrypto

# Tests by wildcard: a file that exists is a test that runs.
REGRESS = $(sort $(patsubst test/sql/%.sql,%,$(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --load-extension=btree_gist --load-extension=pg_booking
ISOLATION = $(sort $(patsubst test/specs/%.spec,%,$(wildcard test/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test --outputdir=. --load-extension=btree_gist --load-extension=pg_booking

PG_CONFIG ?= pg_config
PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))

PG_CPPFLAGS = -Iextension -isystem $(shell $(PG_CONFIG) --includedir-server 2>/dev/null) \
	'-DPGDLLEXPORT=__attribute__((visibility("default")))' -DPG_BOOKING_VERSION='"$(VERSION)"'
PG_CXXFLAGS = $(CXX_STANDARD) $(WARNINGS) -Wno-register -fvisibility=hidden -fvisibility-inlines-hidden

ifneq ($(PGXS),)
# Bitcode for JIT inlining gains nothing here and would be compiled as C++14.
override with_llvm := no
include $(PGXS)
else
all install installcheck uninstall clean:
	@echo "pg_booking: no PGXS found (pg_config is '$(PG_CONFIG)'); run 'make deps' or install postgresql-server-dev" >&2; exit 1
endif

.PHONY: deps stage demo down check bench lint format unit fuzz

all: extension/pg_booking.control

extension/pg_booking.control: extension/pg_booking.control.in META.json
	sed 's/@VERSION@/$(VERSION)/' $< > $@

sql/pg_booking--$(VERSION).sql: $(SQL_PARTS)
	cat $^ > $@

# PGXS tracks no header dependencies: our own rule does.
build/extension/%.o: extension/%.cpp
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) $(CPPFLAGS) -fPIC -MMD -MP -c -o $@ $<

HTTP_PACKAGES = cpp-httplib libpq openssl
HTTP_CPPFLAGS = -Ihttp -Iextension -DPG_BOOKING_VERSION='"$(VERSION)"' \
	$(subst -I,-isystem ,$(shell pkg-config --cflags $(HTTP_PACKAGES) 2>/dev/null))
build/http/%.o: http/%.cpp
	@mkdir -p $(@D)
	$(CXX) $(CXX_STANDARD) -O2 -g -pthread $(WARNINGS) $(HTTP_CPPFLAGS) -MMD -MP -c -o $@ $<

pg-booking-http: $(patsubst %.cpp,build/%.o,$(HTTP_SOURCES))
	$(CXX) -pthread -o $@ $^ $(shell pkg-config --libs $(HTTP_PACKAGES) 2>/dev/null)

# Unit tests: pure sources and tests, compiled with sanitizers, no PostgreSQL header in sight.
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all
build/unit/%.o: %.cpp
	@mkdir -p $(@D)
	$(CXX) $(CXX_STANDARD) -O1 -g $(WARNINGS) $(SANITIZE) -Iextension -MMD -MP -c -o $@ $<

build/unit/run: $(patsubst %.cpp,build/unit/%.o,$(PURE_SOURCES) $(UNIT_SOURCES))
	$(CXX) $(SANITIZE) -o $@ $^ -lcrypto

unit: build/unit/run
	build/unit/run

$(FUZZ_TARGETS): | deps-fuzz
build/fuzz/%: test/fuzz/%.cpp $(PURE_SOURCES)
	@mkdir -p $(@D)
	clang++ $(CXX_STANDARD) -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Iextension -o $@ $^ -lcrypto

# FUZZ_SECONDS for each target, one after the other.
FUZZ_SECONDS ?= 60
fuzz: $(FUZZ_TARGETS)
	@for target in $^; do echo "== $$target"; $$target -max_total_time=$(FUZZ_SECONDS) -timeout=5 -print_final_stats=1 || exit 1; done

-include $(shell find build -name '*.d' 2>/dev/null)

# deps installs what is missing for everything, deps-TASK for one task.
deps:
	@test/bin/install-deps
deps-%:
	@test/bin/install-deps $*

# The built tree as it would be installed, below .stage: tests and the demo run from it and never touch the system's.
stage: all
	@$(MAKE) --no-print-directory install DESTDIR=$(CURDIR)/.stage > build/stage.log 2>&1 || { cat build/stage.log; exit 1; }

demo: deps-demo
	@$(MAKE) --no-print-directory stage
	@test/bin/demo

down:
	@test/bin/down

check: deps-check
	@$(MAKE) --no-print-directory stage build/unit/run
	@PURE_DIRS="$(PURE_DIRS)" test/bin/check

bench: deps-bench
	@$(MAKE) --no-print-directory stage
	@test/bench/run

CXX_FILES = $(shell git ls-files '*.cpp' '*.hpp')
lint: deps-lint
	clang-format --dry-run --Werror $(CXX_FILES)
	@test/bin/check-layers $(PURE_DIRS)
	clang-tidy --quiet $(filter-out test/%,$(PURE_SOURCES)) -- $(CXX_STANDARD) -Iextension
	clang-tidy --quiet $(HTTP_SOURCES) -- $(CXX_STANDARD) $(HTTP_CPPFLAGS)
	clang-tidy --quiet $(filter-out $(PURE_SOURCES),$(EXTENSION_SOURCES)) -- $(CXX_STANDARD) -Wno-register $(PG_CPPFLAGS) $(CPPFLAGS)

format:
	clang-format -i $(CXX_FILES)
