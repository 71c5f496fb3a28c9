#!/usr/bin/env bash
# Roles y base de datos, una sola vez, cuando el volumen está vacío.
#
# mecanismos_duenio es dueño de la base y solo lo usan las migraciones; CREATEROLE, porque la
# primera crea el rol de servicio donde nadie lo hizo. mecanismos_servicio no es dueño de nada.
set -euo pipefail
: "${MECANISMOS_CLAVE_DUENIO:?falta la clave de mecanismos_duenio}"
: "${MECANISMOS_CLAVE_SERVICIO:?falta la clave de mecanismos_servicio}"
# \getenv toma las claves del entorno: en los argumentos las vería cualquier «ps».
export MECANISMOS_CLAVE_DUENIO MECANISMOS_CLAVE_SERVICIO

psql --no-psqlrc --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    --set ON_ERROR_STOP=1 <<'SQL'
\getenv clave_duenio MECANISMOS_CLAVE_DUENIO
\getenv clave_servicio MECANISMOS_CLAVE_SERVICIO
CREATE ROLE mecanismos_duenio LOGIN CREATEROLE PASSWORD :'clave_duenio';
CREATE ROLE mecanismos_servicio LOGIN PASSWORD :'clave_servicio';
-- El mismo orden de textos que la base embebida: por punto de código.
CREATE DATABASE mecanismos OWNER mecanismos_duenio TEMPLATE template0 ENCODING 'UTF8'
    LOCALE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8';
REVOKE CONNECT ON DATABASE mecanismos FROM PUBLIC;
GRANT CONNECT ON DATABASE mecanismos TO mecanismos_servicio;
SQL
