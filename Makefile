# Thin: the work is done by CMake's presets and the scripts under tools/ and tests/.
.PHONY: run test build bench fmt tidy asan tsan fuzz clean help

help:
	@echo "make run    install what is missing, build, start the gateway on 127.0.0.1:4000"
	@echo "make test   install what is missing, build, run all tests"
	@echo "make bench  figures against nginx, haproxy and other gateways (installs them; an hour. PEERS=none without other gateways)"
	@echo "make asan | tsan   unit and integration tests under the sanitizers"
	@echo "make fuzz   build the fuzz targets and run each for a short while (clang)"
	@echo "make fmt    format the code"

build:
	@tools/install/install.sh build
	@tools/build.sh release shipped

run: build
	@tools/run.sh

test:
	@tools/install/install.sh build test
	@tools/build.sh release
	@tools/test.sh release

asan tsan:
	@tools/install/install.sh build test
	@tools/build.sh $@
	@tools/test.sh $@ --label-regex 'unit|integration'

fuzz:
	@tools/install/install.sh build dev
	@tools/build.sh fuzz
	@ctest --test-dir build/fuzz --output-on-failure --no-tests=error --parallel 2

# PEERS: none, installed, all (installs those that are missing). BENCH_OPTIONS: of tests/bench/compare.py, such as --quick.
PEERS ?= all
bench:
	@tools/install/install.sh build test bench
	@tools/build.sh release
	@cmake -S tests/bench -B build/bench-tools -G Ninja -DCMAKE_BUILD_TYPE=Release -DSLUICE_BENCH=ON >/dev/null
	@cmake --build build/bench-tools -- --quiet
	@cmake --install build/release --strip --prefix build/installed >/dev/null
	@python3 tests/bench/compare.py --peers $(PEERS) $(BENCH_OPTIONS); compared=$$?; \
		python3 tests/bench/run.py --bin-dir build/bench-tools/bin --sluice build/installed/bin/sluice --json build/bench-results/bars.json && exit $$compared

tidy:
	@python3 tests/tidy/tidy.py

fmt:
	@tools/install/install.sh dev
	@git ls-files '*.h' '*.hpp' '*.cpp' | xargs clang-format -i

clean:
	rm -rf build
