# What one does with this project. Each target is a script of scripts/, which
# says what it does and takes options.

.DEFAULT_GOAL := help
.PHONY: help demo test check bench chaos

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

demo: ## Build, then start a demo clinic on 127.0.0.1:8080
	@scripts/demo.sh

test: ## Run every check: format, rules, lints, licences, all tests
	@scripts/test.sh

check: ## Format, and lint only the crates that changed
	@scripts/check.sh

bench: ## Print the figures of the release build
	@scripts/bench.sh

chaos: ## Kill servers among ten thousand messages; cut the power of a simulated disk (root)
	@scripts/bad_day.sh
	@scripts/chaos.sh
