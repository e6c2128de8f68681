PYTHON ?= python3
BIN := .venv/bin
NEW_ENOUGH = @$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11" >&2; exit 1; }

.PHONY: env demo demo-rabbitmq check test exhaustive mutants bench chaos lock format

env: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	$(NEW_ENOUGH)
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: env  ## shopledger at work on a made-up shop; once and as JSON: ARGS="--orders 25 --exit --json"
	@$(BIN)/shopledger demo $(ARGS)

demo-rabbitmq: env  ## the same as separate processes on a private RabbitMQ
	@$(BIN)/shopledger demo --rabbitmq $(ARGS)

check: env  ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: env  ## everything, on a private PostgreSQL and a private RabbitMQ
	$(BIN)/pytest $(ARGS)

exhaustive: env  ## every property, with thousands of examples each
	PROOFS=exhaustive $(BIN)/pytest $(ARGS)

mutants: env  ## which small changes of the money modules no test notices; an hour at most, see docs/mutants.md
	rm -rf build/mutants
	mkdir -p build/mutants
	cp -R connectors docs ingest scheduler shared tests tools workers pyproject.toml build/mutants
	cd build/mutants && timeout 1h ../../$(BIN)/mutmut run $(ARGS)
	cd build/mutants && ../../$(BIN)/mutmut results

bench: env  ## webhooks, relay, orders, one order and `up`, beside their bare limits; one of them: ARGS=line
	$(BIN)/python -m bench $(ARGS)

chaos: env  ## one document for every order while all is killed: ORDERS=10000 SEED=1 ARGS="--faults --json"
	$(BIN)/python -m chaos --orders $(or $(ORDERS),1000) --seed $(or $(SEED),1) $(ARGS)

format: env
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock:  ## pin every dependency with its hashes
	$(NEW_ENOUGH)
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --custom-compile-command "make lock" --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --custom-compile-command "make lock" --output-file requirements-run.lock
