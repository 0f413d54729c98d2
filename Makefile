# Every target only calls ./go, which needs a Python and nothing else.
.DEFAULT_GOAL := help
.PHONY: help run test check journeys bench messages docs

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run:  ## start the system with the demo city
	@./go run

test:  ## run the tests
	@./go test

check:  ## style, types, borders, migrations, translations, documents
	@./go check

journeys:  ## what people do, in a real browser, and the slow tests
	@./go journeys

bench:  ## measure; prints a table
	@./go bench

messages:  ## collect the texts to translate
	@./go messages

docs:  ## write the generated reference pages anew
	@./go docs
