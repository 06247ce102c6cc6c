# The habits of this project. `make demo` and `make test` need nothing before them but Debian 12, git and make.
PRESET ?= dev
BUILD := build/$(PRESET)
JOBS ?= $(shell nproc)

.PHONY: help setup build demo test soak bench format lint check clean

help: ## what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: ## install every package this needs (Debian's and npm's); quick the second time
	@scripts/setup

build: setup ## build everything into build/$(PRESET)
	@scripts/build $(PRESET) $(JOBS)

demo: build ## WhatsApp on your machine: gateway, simulator and a phone in the browser
	@scripts/demo $(BUILD)

test: build ## every test: unit, contract, whole programs, browser, crash
	@ctest --test-dir $(BUILD) --output-on-failure --no-tests=error -j $(JOBS) $(CTEST_ARGS)

soak: build ## kill -9 at random moments, 50 times, under load
	@CLAW_CRASHES=50 $(BUILD)/tests/chaos/crash_test

bench: ## the figures of docs/performance.md
	@$(MAKE) --no-print-directory build PRESET=release
	@scripts/bench build/release

format: ## format all sources
	@git ls-files -co --exclude-standard '*.cpp' '*.hpp' | xargs clang-format-19 -i

check: ## format and include arrows, as CI checks them
	@scripts/check_format
	@scripts/check_includes

lint: setup ## clang-tidy over all sources of ours
	@scripts/build $(PRESET) $(JOBS)
	@git ls-files 'src/*.cpp' 'simulator/*.cpp' | grep -v _test.cpp | xargs -P $(JOBS) -n 4 clang-tidy-19 -p $(BUILD) --quiet

clean: ## throw the builds away
	@rm -rf build web/dist
