-- Una radicación nacional de enero a marzo de 2021 y los registros con que se juzga.
-- Todo es inventado. Variables: filas, sedes, semilla. Cada «dado» depende de la semilla y de la
-- fila, no del orden en que se calcula: la misma semilla da los mismos archivos.

CREATE MACRO dado(sal, llave) AS
    (hash(llave, sal, getvariable('semilla')) % 1000)::INTEGER;

CREATE TABLE clase (orden INTEGER, servicio VARCHAR, poblacion VARCHAR, codigo_servicio VARCHAR,
                    nombre_capacidad VARCHAR, de_cada_mil INTEGER);
INSERT INTO clase VALUES
    (1, 'UCI', 'ADULTO', '110', 'Cuidado Intensivo Adulto', 950),
    (2, 'INTERMEDIO', 'ADULTO', '107', 'Cuidado Intermedio Adulto', 850),
    (3, 'UCI', 'NEONATAL', '108', 'Cuidado Intensivo Neonatal', 550),
    (4, 'INTERMEDIO', 'NEONATAL', '105', 'Cuidado Intermedio Neonatal', 500),
    (5, 'UCI', 'PEDIATRICO', '109', 'Cuidado Intensivo Pediátrico', 500),
    (6, 'INTERMEDIO', 'PEDIATRICO', '106', 'Cuidado Intermedio Pediátrico', 400);

CREATE TABLE corte AS SELECT unnest([DATE '2020-12-31', DATE '2021-02-15']) AS fecha_corte;

CREATE TABLE prestador AS
SELECT p, printf('%09d', 800000000 + p * 37) AS nit,
       printf('%05d%05d', 5001 + p % 90 * 1000, p) AS hab_prestador,
       dado('no ips', p) >= 10 AS es_ips
FROM range(getvariable('sedes') // 2 + 1) AS t(p);

CREATE TABLE sede AS
SELECT i, p, nit, hab_prestador, numero_sede, hab_prestador_sede AS codigo_habilitacion,
       hab_prestador_sede || numero_sede AS hab_sede,
       dado('sin prestador', i) < 3 AS sin_prestador,
       dado('sede cerrada', i) < 5 AS cerrada
FROM (
    SELECT i, p, nit, hab_prestador, printf('%02d', i % 2 + 1) AS numero_sede,
           -- Una de cada diez está en otro municipio y lleva el prefijo de ese municipio.
           CASE WHEN dado('otro municipio', i) < 100
                THEN printf('%05d%05d', 5002 + i % 90 * 1000, p)
                ELSE hab_prestador END AS hab_prestador_sede
    FROM range(getvariable('sedes')) AS t(i) JOIN prestador ON p = i // 2
);

CREATE TABLE cama AS
SELECT sede.*, clase.*, i * 10 + orden AS c,
       4 + dado('camas', i * 10 + orden) % 30 AS camas,
       -- Una de cada diez cambia de capacidad en el segundo corte.
       CASE WHEN dado('cambia', i * 10 + orden) < 100
            THEN dado('cambio', i * 10 + orden) % 6 - 2 ELSE 0 END AS cambio,
       dado('sin capacidad', i * 10 + orden) < 8 AS sin_capacidad,
       dado('servicio cerrado', i * 10 + orden) < 12 AS servicio_cerrado
FROM sede JOIN clase ON dado('tiene', i * 10 + orden) < de_cada_mil;

CREATE TABLE reps_prestadores AS
SELECT hab_prestador, nit, 'IPS EJEMPLO ' || p AS nombre_prestador, es_ips, true AS habilitado,
       fecha_corte
FROM prestador, corte;

CREATE TABLE reps_sedes AS
SELECT CASE WHEN sin_prestador THEN '99' || hab_prestador[3:] ELSE hab_prestador END
           AS hab_prestador,
       hab_sede, numero_sede, 'SEDE ' || i AS nombre, nit, true AS habilitado,
       DATE '2005-01-01' + (i % 5000)::INTEGER AS fecha_apertura,
       CASE WHEN cerrada THEN DATE '2021-02-10' END AS fecha_cierre, fecha_corte
FROM sede, corte;

CREATE TABLE reps_servicios AS
SELECT hab_sede, codigo_servicio, dado('marca NO', c) >= 3 AS habilitado,
       DATE '2010-01-01' AS fecha_apertura,
       CASE WHEN servicio_cerrado THEN DATE '2021-02-01' END AS fecha_cierre, fecha_corte
FROM cama, corte
UNION ALL
SELECT hab_sede, printf('%03d', 300 + s), true, DATE '2008-06-01', NULL, fecha_corte
FROM sede, corte, range(20) AS t(s);

CREATE TABLE reps_capacidad AS
SELECT hab_prestador, hab_sede, 'CAMAS' AS grupo, nombre_capacidad,
       (camas + CASE WHEN fecha_corte > DATE '2021-01-01' THEN cambio ELSE 0 END)::BIGINT
           AS cantidad,
       fecha_corte, servicio, poblacion
FROM cama, corte WHERE NOT sin_capacidad
UNION ALL
SELECT hab_prestador, hab_sede, 'CAMAS', 'Adultos', 20, fecha_corte, NULL, NULL FROM sede, corte
UNION ALL
SELECT hab_prestador, hab_sede, 'SALAS', 'Quirófano', 3, fecha_corte, NULL, NULL FROM sede, corte;

CREATE TABLE reps_transitorias AS
SELECT hab_sede, servicio, poblacion, 'AUTORIZACION' AS tipo,
       (2 + dado('transitorias', c) % 8)::BIGINT AS camas,
       DATE '2021-01-10' AS fecha_inicio,
       CASE WHEN dado('sin fin', c) < 300 THEN NULL ELSE DATE '2021-03-20' END AS fecha_fin,
       CASE WHEN dado('no vigente', c) < 100 THEN 'SUSPENDIDA' ELSE 'VIGENTE' END AS estado
FROM cama WHERE dado('autorizada', c) < 60 OR (sin_capacidad AND dado('solo ella', c) < 500)
UNION ALL
SELECT hab_sede, servicio, poblacion, 'SUSPENSION', 3, DATE '2021-02-01', DATE '2021-02-20',
       'VIGENTE'
FROM cama WHERE dado('suspendida', c) < 10;

-- Lo que de verdad pasó en cada cama y día.
CREATE TABLE dia AS
SELECT *, CASE WHEN constante THEN 1 + capacidad // 4
               WHEN llena THEN 0
               ELSE capacidad - capacidad * (30 + dado('ocupada', cd) % 60) // 100 END
           AS disponibles
FROM (
    SELECT cama.*, fecha, fecha::DATE - DATE '2021-01-01' + c * 100 AS cd,
           camas + CASE WHEN fecha >= DATE '2021-02-15' THEN cambio ELSE 0 END AS capacidad,
           dado('constante', c * 100 + month(fecha)) < 40 AS constante,
           dado('llena', fecha::DATE - DATE '2021-01-01' + c * 100) < 6 AS llena
    FROM cama, (SELECT unnest(range(DATE '2021-01-01', DATE '2021-04-01', INTERVAL 1 DAY))::DATE
                AS fecha)
);

CREATE TABLE reps_ocupacion_diaria AS
SELECT hab_sede, fecha, nombre_capacidad, capacidad::BIGINT AS total_camas,
       ((capacidad - disponibles) // 2)::BIGINT AS ocupadas_no_covid,
       CASE WHEN dado('sin dato', cd) >= 2 THEN 0::BIGINT END AS ocupadas_sospechoso,
       (capacidad - disponibles - (capacidad - disponibles) // 2)::BIGINT AS ocupadas_confirmado,
       CASE WHEN dado('sin camas', cd) >= 1 THEN disponibles::BIGINT END AS camas_disponibles,
       servicio, poblacion
FROM dia WHERE dado('sin reporte', cd) >= 20
UNION ALL
SELECT hab_sede, fecha, 'Adultos', 20, 10, 0, 5, 5, NULL, NULL FROM dia WHERE orden = 1;

CREATE TABLE historia AS
SELECT codigo_habilitacion, numero_sede, servicio, poblacion, fecha,
       ['RECONOCIDO', 'GIRADO', 'EN_CORRECCION', 'NO_RECONOCIDO'][dado('estado', cd) % 4 + 1]
           AS estado
FROM dia WHERE dado('historia', cd) < 15
UNION ALL
SELECT codigo_habilitacion, numero_sede, servicio, poblacion, fecha - 90, 'GIRADO'
FROM dia WHERE dado('antes', cd) < 300;

CREATE TABLE certificado AS
SELECT nit, p, strftime(fecha, '%Y-%m') AS periodo, codigo_habilitacion, numero_sede, servicio,
       poblacion, fecha, c, cd,
       (CASE WHEN constante THEN disponibles
             WHEN llena THEN 2
             WHEN dado('excede', cd) < 30 THEN capacidad + 1 + dado('excede en', cd) % 3
             WHEN dado('reporta menos', cd) < 40 THEN disponibles + 1
             ELSE disponibles END)::BIGINT AS camas_disponibles
FROM dia;

CREATE TABLE juicio_previo AS
SELECT *, row_number() OVER (ORDER BY nit, month(fecha), c, fecha) AS fila,
       dado('falla', cd) AS falla
FROM certificado
ORDER BY fila LIMIT getvariable('filas');

-- Los errores de quien llena el archivo: «falla» reparte, en milésimas, uno por fila.
CREATE TABLE filas AS
SELECT fila,
       CASE WHEN falla < 3 THEN printf('%09d', 990000000 + p)
            WHEN falla < 6 THEN printf('%09d', 800000000 + (p + 1) * 37) ELSE nit END AS nit,
       CASE WHEN falla BETWEEN 6 AND 7 THEN '2021-05' ELSE periodo END AS periodo,
       codigo_habilitacion,
       CASE WHEN falla BETWEEN 8 AND 12 THEN '99' ELSE numero_sede END AS numero_sede,
       CASE WHEN falla BETWEEN 13 AND 14 THEN 'HOSPITALIZACION'
            WHEN dado('minúscula', c) < 30 THEN lower(servicio) ELSE servicio END AS servicio,
       poblacion,
       CASE WHEN falla BETWEEN 15 AND 18 AND day(fecha) > 1 THEN fecha - 1
            WHEN falla BETWEEN 19 AND 20 THEN fecha - 40 ELSE fecha END AS fecha,
       CASE WHEN falla BETWEEN 21 AND 25 THEN NULL ELSE camas_disponibles END
           AS camas_disponibles,
       falla NOT BETWEEN 21 AND 25 AS forma_ok
FROM juicio_previo ORDER BY fila;

CREATE TABLE forma AS
SELECT fila, 'camas_disponibles' AS columna,
       'Escriba un número entero de camas, sin decimales ni separadores.' AS mensaje
FROM filas WHERE NOT forma_ok ORDER BY fila;
