# pg_booking: `make demo` to try it, `make check` to test it, `make install` to have it.
# META.json is the one place where the version lives.

# Directories that know nothing of PostgreSQL: unit-tested and fuzzed outside the server.
PURE_DIRS = extension/text extension/engine/jwt extension/engine/slots extension/engine/limiter extension/face/rest/grammar extension/face/rest/plan extension/face/rest/answer extension/face/rest/openapi http/message http/dispatch http/receiver http/telemetry
PURE_SOURCES = $(foreach dir,$(PURE_DIRS),$(wildcard $(dir)/*.cpp))

.PHONY: all install installdirs uninstall installcheck clean deps stage demo down check check-packaging bench lint format unit fuzz

# What a PGXS user expects is done by PGXS, in a file of its own: this one must also work where no PostgreSQL is installed.
all install installdirs uninstall installcheck clean:
	@$(MAKE) --no-print-directory -f pgxs.mk $@

# Installs what a task needs and this machine lacks.
deps: deps-demo deps-check deps-bench deps-lint
deps-%:
	@test/bin/install-deps $*

# The built tree as it would be installed, below .stage: tests and the demo run from it and never touch the system's.
stage: all
	@$(MAKE) --no-print-directory -f pgxs.mk install DESTDIR=$(CURDIR)/.stage > build/stage.log 2>&1 \
		|| { cat build/stage.log; exit 1; }

demo: deps-demo
	@$(MAKE) --no-print-directory -j$(shell nproc) stage
	@test/bin/demo

down:
	@test/bin/down

check: deps-check
	@$(MAKE) --no-print-directory -j$(shell nproc) stage build/unit/run
	@PURE_DIRS="$(PURE_DIRS)" test/bin/check

# With real proxies, Prometheus and systemd: on demand, see the script.
check-packaging: deps-demo
	@$(MAKE) --no-print-directory -j$(shell nproc) stage
	@test/bin/check-packaging

bench: deps-bench
	@$(MAKE) --no-print-directory -j$(shell nproc) stage
	@test/bench/run

# Unit tests: pure sources and their tests, compiled with sanitizers, no PostgreSQL header in sight.
CXX_FLAGS = -std=c++20 -g -Wall -Wextra -Werror -Iextension -Ihttp
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all
UNIT_OBJECTS = $(patsubst %.cpp,build/unit/%.o,$(PURE_SOURCES) $(wildcard test/unit/*.cpp))

build/unit/%.o: %.cpp
	@mkdir -p $(@D)
	$(CXX) -O1 $(CXX_FLAGS) $(SANITIZE) -MMD -MP -c -o $@ $<

build/unit/run: $(UNIT_OBJECTS)
	$(CXX) $(SANITIZE) -o $@ $^ -lcrypto

unit: build/unit/run
	build/unit/run

-include $(shell find build/unit -name '*.d' 2>/dev/null)

# FUZZ_SECONDS for each target, one after the other.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS = $(patsubst test/fuzz/%.cpp,build/fuzz/%,$(wildcard test/fuzz/*.cpp))
FUZZ_OBJECTS = $(PURE_SOURCES:%.cpp=build/fuzz/%.o)

build/fuzz/%.o: %.cpp
	@mkdir -p $(@D)
	clang++ -O1 $(CXX_FLAGS) -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -MMD -MP -c -o $@ $<

build/fuzz/%: build/fuzz/test/fuzz/%.o $(FUZZ_OBJECTS)
	clang++ -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o $@ $^ -lcrypto

.PRECIOUS: build/fuzz/%.o
-include $(shell find build/fuzz -name '*.d' 2>/dev/null)

fuzz: deps-fuzz $(FUZZ_TARGETS)
	@for target in $(FUZZ_TARGETS); do echo "== $$target"; $$target -max_total_time=$(FUZZ_SECONDS) -timeout=5 || exit 1; done

CXX_FILES = $(shell git ls-files '*.cpp' '*.hpp')
lint: deps-lint
	clang-format --dry-run --Werror $(CXX_FILES)
	@test/bin/check-layers $(PURE_DIRS)
	@$(MAKE) --no-print-directory -f pgxs.mk tidy

format:
	clang-format -i $(CXX_FILES)
