-- El reporte tipado y su forma, a mano: qué filas pasan, sin decir qué celda falla ni qué
-- escribir en ella. Variables: pais, tablas.

CREATE MACRO corte(nombre) AS TABLE
    SELECT * FROM read_parquet(getvariable('pais') || '/cortes/' || nombre || '.parquet');

CREATE MACRO lista(nombre) AS TABLE
    SELECT * FROM read_csv(getvariable('tablas') || '/' || nombre || '.csv', all_varchar = true);

CREATE MACRO dia(x) AS
    CASE WHEN regexp_full_match(x, '\d{4}-\d{2}-\d{2}') THEN try_cast(x AS DATE) END;

CREATE MACRO peso(nit, i, p) AS substr(nit, i, 1)::INTEGER * p;

CREATE MACRO resto(nit) AS (
    peso(nit, 1, 41) + peso(nit, 2, 37) + peso(nit, 3, 29) + peso(nit, 4, 23) + peso(nit, 5, 19)
    + peso(nit, 6, 17) + peso(nit, 7, 13) + peso(nit, 8, 7) + peso(nit, 9, 3)
) % 11;

CREATE TEMP TABLE leida AS
WITH entrada AS (
    SELECT file_row_number + 1 AS fila, reportante_tipo, reportante_codigo, reportante_nit,
           reportante_dv, codigo_departamento, tipo_documento,
           CASE WHEN tipo_documento IN ('CC', 'CE', 'PE')
                THEN ltrim(translate(numero_documento, '., ', ''), '0')
                ELSE upper(numero_documento) END AS numero,
           primer_apellido, segundo_apellido, primer_nombre, segundo_nombre, codigo_perfil,
           actividad, codigo_servicio, tipo_vinculacion, dia(fecha_inicio) AS inicio,
           dia(fecha_fin) AS fin, codigo_banco, upper(tipo_producto) AS tipo_producto,
           numero_producto, correo, celular
    FROM read_parquet(getvariable('pais') || '/entrada.parquet', file_row_number = true)
)
SELECT *,
       greatest(inicio, DATE '2020-04-01') AS w_desde,
       least(fin, DATE '2020-07-31') AS w_hasta,
       coalesce(
           CASE reportante_tipo
               WHEN 'IPS' THEN regexp_full_match(reportante_codigo, '\d{10}')
               WHEN 'ET' THEN regexp_full_match(reportante_codigo, '\d{2}(\d{3})?')
               WHEN 'INS' THEN reportante_codigo = 'INS' ELSE false END
           AND CASE WHEN regexp_full_match(reportante_nit, '\d{9}')
                    THEN reportante_dv = (CASE WHEN resto(reportante_nit) < 2
                        THEN resto(reportante_nit) ELSE 11 - resto(reportante_nit) END)::VARCHAR
                    ELSE false END
           AND CASE WHEN reportante_tipo = 'INS' THEN codigo_departamento IS NULL
                    ELSE codigo_departamento IN (SELECT codigo FROM lista('divipola_departamentos'))
               END
           AND CASE tipo_documento
                   WHEN 'CC' THEN regexp_full_match(numero, '\d{3,10}')
                   WHEN 'CE' THEN regexp_full_match(numero, '\d{3,7}')
                   WHEN 'PE' THEN regexp_full_match(numero, '\d{15}')
                   WHEN 'PA' THEN regexp_full_match(numero, '[A-Z0-9]{3,16}')
                   WHEN 'CD' THEN regexp_full_match(numero, '[A-Z0-9]{3,11}')
                   WHEN 'SC' THEN regexp_full_match(numero, '[A-Z0-9]{9,16}')
                   ELSE false END
           AND length(primer_apellido) BETWEEN 1 AND 60 AND length(primer_nombre) BETWEEN 1 AND 60
           AND coalesce(length(segundo_apellido) <= 60, true)
           AND coalesce(length(segundo_nombre) <= 60, true)
           AND codigo_perfil IN (SELECT codigo_perfil FROM lista('ths_perfiles_rethus'))
           AND actividad IN ('ATENCION', 'VIGILANCIA_EPIDEMIOLOGICA', 'OTRA')
           AND CASE WHEN codigo_servicio IS NULL THEN actividad <> 'ATENCION'
                    ELSE codigo_servicio IN (SELECT codigo_servicio FROM lista('ths_servicios')) END
           AND coalesce(tipo_vinculacion IN
                   ('PLANTA', 'PRESTACION_SERVICIOS', 'TEMPORAL', 'OTRO'), true)
           AND fin >= inicio
           AND coalesce(length(correo) <= 120, true)
           AND coalesce(regexp_full_match(celular, '\d{10}'), true),
           false
       ) AS pasa
FROM entrada;
