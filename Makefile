# Each target makes what it needs the first time and finds it made the second.
VENV := .venv
PY := $(VENV)/bin/python
LISTO := $(VENV)/.listo

.PHONY: help instalar demo servir test check bench mutacion limpiar

help: ## Esta lista
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(LISTO): requirements-dev.lock pyproject.toml
	@test -x $(PY) || python3 -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(LISTO)

instalar: $(LISTO) ## Crea .venv con las dependencias fijadas

demo: $(LISTO) ## De la nada a un giro pagado, y deja el sistema en marcha
	$(VENV)/bin/mecanismos demo $(ARGS)

servir: $(LISTO) ## Arranca todo: base de datos, Kafka, servicios, trabajador, relevo, tesorería
	$(VENV)/bin/mecanismos servir $(ARGS)

check: $(LISTO) ## Estilo, tipos, contratos de importación y arquitectura
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PY) -m pytest -q tests/architecture

test: check ## Todas las pruebas (antes, make check)
	$(PY) -m pytest -n 2 --dist loadfile $(ARGS)

bench: $(LISTO) ## Medidas lado a lado, como razones
	$(PY) -m bench

mutacion: $(LISTO) ## Pone faltas en las reglas y mira qué pruebas las notan
	$(PY) -m tests.mutacion $(ARGS)

limpiar: ## Borra entorno y datos locales
	rm -rf $(VENV) .datos
