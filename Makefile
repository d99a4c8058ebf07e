# Every target does its own set-up; `make help` lists them.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo demo-check check format test test-core test-slow test-slow-hubs test-slow-logins test-slow-rest \
	test-slow-soak test-beside test-chart test-chart-hubs test-chart-spawner test-chart-logins test-chart-pages \
	test-chart-rest test-newest test-newest-hubs test-newest-clients test-newest-cluster test-newest-spawner \
	test-newest-pages test-newest-rest test-cluster cluster cluster-down site soak \
	test-all security audit bench docs docs-test venv-demo venv-core venv-chart venv-newest clean

ARGS ?=
PYTEST ?= pytest -q
CLUSTER := tests/contract tests/local_cluster
PAGES := tests/browser tests/servers
LOGINS := tests/clients $(wildcard tests/e2e/test_login*.py)
SOAK := tests/e2e/test_soak.py
LONG_HUBS := tests/e2e/test_hub_and_api_away.py tests/e2e/test_one_server.py $(SOAK)
SHORT_HUBS := $(filter-out $(LONG_HUBS) $(LOGINS),$(wildcard tests/e2e/test_*.py))
# Of the hostile inputs, those that a hub is sent, beside the other hubs; the rest runs with the rest.
HOSTILE_HUB := $(addprefix tests/security/test_hostile_,form.py rest.py requests.py)
# Too dear for make test. What hardly depends on the release runs in make test-chart alone; make test-slow runs the rest.
DEAR := tests/servers/test_database_scripts.py tests/browser/test_gallery.py tests/hub/test_login_published.py \
	tests/e2e/test_culler_faults.py tests/culler/test_histories.py tests/observability
SLOW := tests/demo/test_demo.py tests/browser/test_journeys.py tests/browser/test_providers.py tests/browser/test_lab.py \
	tests/hub/test_provision_git_real.py tests/hub/test_sidecar.py tests/helm tests/faults
# Of the hubs with pods and the logins, make test has the first of each kind.
FAST_HUBS := tests/e2e/test_one_server.py tests/e2e/test_menu.py tests/e2e/test_refused_choices.py tests/e2e/test_links.py \
	tests/e2e/test_bad_configuration.py tests/e2e/test_login_github.py $(HOSTILE_HUB)
SLOW_LOGINS := $(filter-out $(FAST_HUBS) $(DEAR),$(wildcard tests/e2e/test_login*.py))
SLOW_HUBS := $(filter-out $(FAST_HUBS) $(SOAK) $(DEAR) $(SLOW_LOGINS),$(wildcard tests/e2e/test_*.py))
WITHOUT_THEM = $(patsubst %,--ignore=%,$(DEAR) $(SLOW))
# What make check runs.
CHECKED := tests/test_traits.py tests/test_trait_pages.py tests/test_house.py tests/test_docs.py tests/test_config_d.py
# On the chart's pins runs what depends on JupyterHub, KubeSpawner and their libraries; the rest runs once, on the
# newest releases, and what make test-cluster does with these pins on the real cluster is not done twice.
CHART_SPAWNER := tests/hub tests/domain tests/contract/test_client_library.py
CHART_PAGES := tests/browser --ignore=tests/browser/test_lab.py
CHART_REST := $(filter-out tests/browser/%,$(DEAR)) tests/cli tests/culler tests/test_config_d.py tests/test_package.py \
	tests/test_traits.py
# Left for make test-cluster, which has built what they need.
FAST := "not real_cluster and not kubectl and not helm and not installs and not guides"
# Node serves configurable-http-proxy. Where it is missing or too old it comes from a PyPI wheel.
NODE_EXTRA := $(shell node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null && npm --version >/dev/null 2>&1 || echo ,node)

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

demo: venv-demo  ## a hub in the browser: JupyterHub, proxy, spawner and an embedded cluster, on 127.0.0.1
	@exec .venv/bin/libretexts-hub demo $(ARGS)

demo-check: venv-demo  ## start the demo, log in, run one cell, stop, look for leftovers
	@state=$$(mktemp -d "$${TMPDIR:-/tmp}/libretexts-hub-check.XXXXXX"); trap 'rm -rf "$$state"' EXIT; \
	.venv/bin/libretexts-hub demo --check --state-dir "$$state" $(ARGS)

check: venv-newest  ## lint, format, types, import layers, traits, docs
	.venvs/newest/bin/ruff check .
	.venvs/newest/bin/ruff format --check .
	.venvs/newest/bin/mypy
	.venvs/newest/bin/lint-imports
	.venvs/newest/bin/$(PYTEST) $(CHECKED)
	.venvs/newest/bin/sphinx-build -q -W --keep-going -b html docs docs/_build/html

format: venv-newest  ## let ruff rewrite the code
	.venvs/newest/bin/ruff check --fix .
	.venvs/newest/bin/ruff format .

test: venv-core venv-newest  ## the fast suite: the core on Python 3.11, the rest on the newest releases, side by side
	@.ci/side-by-side test-newest-spawner test-newest-hubs test-newest-pages test-newest-cluster test-newest-rest \
		test-newest-clients test-core

test-slow: venv-newest  ## what takes too long for make test: more hubs, logins and journeys in a browser
	@.ci/side-by-side test-slow-hubs test-slow-logins test-slow-rest test-slow-soak

# Side by side, because they wait more than they compute: for servers, probes, deadlines. What only computes lets
# those who wait go first.
test-core: venv-core  ## the pure core on Python 3.11, standard library only
	nice -n 10 .venvs/core/bin/$(PYTEST) --noconftest --hypothesis-profile=ci tests/domain $(ARGS)

test-chart: venv-chart  ## what depends on JupyterHub and KubeSpawner, on the chart's pins, Python 3.12
	@.ci/side-by-side test-chart-spawner test-chart-hubs test-chart-logins test-chart-pages test-chart-rest

test-beside: venv-newest venv-chart  ## what CI runs beside make test-cluster: the guides, then the chart's pins
	@status=0; nice -n 5 $(MAKE) --no-print-directory docs-test || status=1; \
	LIBRETEXTS_HUB_AT_ONCE=3 nice -n 5 $(MAKE) --no-print-directory test-chart || status=1; exit $$status

test-chart-hubs: venv-chart
	.venvs/chart/bin/$(PYTEST) -m $(FAST) $(SHORT_HUBS) $(HOSTILE_HUB) $(ARGS)

test-chart-logins: venv-chart
	.venvs/chart/bin/$(PYTEST) -m $(FAST) $(LOGINS) $(ARGS)

test-chart-spawner: venv-chart
	.venvs/chart/bin/$(PYTEST) -m $(FAST) $(CHART_SPAWNER) $(ARGS)

test-chart-rest: venv-chart
	.venvs/chart/bin/$(PYTEST) -m $(FAST) $(CHART_REST) $(ARGS)

test-chart-pages: venv-chart
	.venvs/chart/bin/$(PYTEST) -m $(FAST) $(CHART_PAGES) $(ARGS)

test-slow-hubs: venv-newest
	.venvs/newest/bin/$(PYTEST) -m $(FAST) $(SLOW_HUBS) $(ARGS)

test-slow-logins: venv-newest
	.venvs/newest/bin/$(PYTEST) -m $(FAST) $(SLOW_LOGINS) $(ARGS)

test-slow-soak: venv-newest
	.venvs/newest/bin/$(PYTEST) $(SOAK) $(ARGS)

test-slow-rest: venv-newest
	.venvs/newest/bin/$(PYTEST) -m $(FAST) $(SLOW) $(ARGS)

test-newest: venv-newest  ## fast and slow on the newest releases, Python 3.13, one after the other
	.venvs/newest/bin/$(PYTEST) -m $(FAST) $(ARGS)

# The parts of make test; the last one takes whatever no other one names. The pure core runs on 3.11 there and on 3.12
# in make test-chart.
test-newest-hubs: venv-newest
	.venvs/newest/bin/$(PYTEST) -m $(FAST) $(FAST_HUBS) $(ARGS)

test-newest-clients: venv-newest
	.venvs/newest/bin/$(PYTEST) -m $(FAST) tests/clients $(ARGS)

test-newest-cluster: venv-newest
	.venvs/newest/bin/$(PYTEST) -m $(FAST) $(CLUSTER) $(ARGS)

test-newest-spawner: venv-newest
	.venvs/newest/bin/$(PYTEST) -m $(FAST) tests/hub $(WITHOUT_THEM) $(ARGS)

test-newest-pages: venv-newest
	.venvs/newest/bin/$(PYTEST) -m $(FAST) $(PAGES) $(WITHOUT_THEM) $(ARGS)

test-newest-rest: venv-newest
	nice -n 5 .venvs/newest/bin/$(PYTEST) -m $(FAST) \
		$(patsubst %,--ignore=%,$(DEAR) $(SLOW) $(CHECKED) $(HOSTILE_HUB) tests/e2e tests/clients $(CLUSTER) $(PAGES) tests/hub tests/domain) $(ARGS)

cluster: venv-newest  ## a real Kubernetes on this machine (or LIBRETEXTS_HUB_KUBECONFIG's): built once, then cached
	.venvs/newest/bin/python -m tests.cluster up

cluster-down: venv-newest  ## end the real Kubernetes: every process, mount, link and rule of it
	.venvs/newest/bin/python -m tests.cluster down

site: cluster  ## a whole site on the real Kubernetes, to click through: four ways to log in, a course, an HPC group
	.venvs/newest/bin/python -m tests.cluster helm
	@exec .venvs/newest/bin/python -m tests.site

test-cluster: venv-chart venv-newest  ## the contract and end-to-end suites on the real Kubernetes
	.ci/test-cluster $(ARGS)

test-all: check test test-slow docs-test test-chart test-cluster  ## everything that CI runs

security: venv-newest  ## every hostile input again, forty times as many examples of each
	.venvs/newest/bin/$(PYTEST) --hypothesis-profile=long -m $(FAST) tests/security $(ARGS)

audit: venv-chart venv-newest  ## known holes in what the hub runs on, as pip-audit finds them; it reports and never fails
	.venvs/newest/bin/python -m tests.security.audit

bench: venv-newest  ## the benchmarks, against stock KubeSpawner in the same run
	.venvs/newest/bin/python -m benchmarks.$(or $(BENCH),spawn) $(ARGS)

soak: venv-newest  ## MINUTES (60) of logins, starts, stops and culls at random: what leaks, what is left behind
	.venvs/newest/bin/python -m benchmarks.soak --minutes $(or $(MINUTES),60) $(ARGS)

docs-test: venv-newest  ## type every tagged command of the guides
	.venvs/newest/bin/$(PYTEST) -m guides tests/guides $(ARGS)

docs: venv-newest  ## build the documentation into docs/_build/html
	.venvs/newest/bin/sphinx-build -W --keep-going -b html docs docs/_build/html

venv-demo:
	@.ci/venv .venv any -e '.[demo$(NODE_EXTRA)]'

venv-core:
	@.ci/venv .venvs/core 3.11 --no-deps -e . hypothesis sortedcontainers attrs pytest iniconfig packaging pluggy pygments pytest-asyncio pytest-randomly pytest-timeout typing-extensions

venv-chart:
	@.ci/venv .venvs/chart 3.12 -e '.[test$(NODE_EXTRA)]' -r tests/requirements/chart.txt

venv-newest:
	@.ci/venv .venvs/newest 3.13 -e '.[test,docs$(NODE_EXTRA)]' -r tests/requirements/newest.txt

clean:  ## remove what the other targets made in this folder (the cache stays)
	rm -rf .venv .venvs .cache build dist docs/_build docs/operators/settings *.egg-info .mypy_cache .ruff_cache .pytest_cache
