-- One line of a BDUA master by row: 43 positions, comma, no header, DD/MM/AAAA. Everything comes
-- from a hash of the row and a salt, so a row is the same whatever the block it is made in.

CREATE OR REPLACE MACRO azar(i, sal, n) AS (hash(i, sal) % n)::BIGINT;
CREATE OR REPLACE MACRO uno_de(lista, i, sal) AS lista[1 + azar(i, sal, len(lista))];
CREATE OR REPLACE MACRO dia(i, sal, desde, dias) AS
    strftime(desde + azar(i, sal, dias)::INTEGER, '%d/%m/%Y');
CREATE OR REPLACE MACRO cedula(i) AS (1000000000 + i * 7919 % 80000000 + azar(i, 'cc', 900))::VARCHAR;

-- One row in a thousand is broken, each in one of five ways; others bring a quote that quotes nothing.
CREATE OR REPLACE MACRO falla(i) AS CASE WHEN azar(i, 'rota', 1000) = 0 THEN
    uno_de(['falta un campo', 'sobra un campo', 'fecha imposible', 'sin documento', 'estado imposible'],
           i, 'falla') END;
CREATE OR REPLACE MACRO con_comilla(i) AS azar(i, 'comilla', 1000) = 0;

CREATE OR REPLACE MACRO apellido(i, sal) AS uno_de(
    ['MUÑOZ', 'PEÑA', 'GARCÍA', 'RODRÍGUEZ', 'LOPEZ', 'MARTINEZ', 'GOMEZ', 'IBÁÑEZ', 'CASTAÑO',
     'TORRES', 'RAMIREZ', 'VELASQUEZ', 'QUIÑONES', 'HERRERA', 'SUAREZ', 'DE LA ROSA'], i, sal);
CREATE OR REPLACE MACRO nombre(i, sal) AS uno_de(
    ['MARIA', 'JOSÉ', 'LUIS', 'ANA', 'CARLOS', 'BEGOÑA', 'ANDRÉS', 'JUAN', 'PEDRO', 'SOFIA',
     'LUCIA', 'DIEGO', 'NUBIA', 'IVÁN'], i, sal);

CREATE OR REPLACE MACRO linea(i) AS concat_ws(',',
    (i + 1)::VARCHAR,                                                                     -- AFL_ID
    CASE WHEN azar(i, 'b', 50) = 0 THEN 'EPS044 '
         ELSE 'EPS' || lpad((1 + azar(i, 'eps', 45))::VARCHAR, 3, '0') END,
    'CC', cedula(i // 3 * 3),                                                      -- cabeza
    uno_de(['CC', 'CC', 'CC', 'TI', 'RC'], i, 'td'),
    CASE falla(i) WHEN 'sin documento' THEN '' ELSE cedula(i) END,
    apellido(i, 'a1') || CASE WHEN con_comilla(i) THEN '"' ELSE '' END,
    apellido(i, 'a2'), nombre(i, 'n1'), CASE WHEN azar(i, 'n', 3) > 0 THEN nombre(i, 'n2') ELSE '' END,
    CASE falla(i) WHEN 'fecha imposible' THEN '30/02/1990'
         ELSE dia(i, 'nace', DATE '1930-01-01', 29000) END,
    uno_de(['M', 'F'], i, 'sexo'),
    CASE falla(i) WHEN 'falta un campo' THEN NULL ELSE 'COL' END, '05001', 'COL', uno_de(['M', 'F'], i, 'sexo'), '',                             -- 13 a 17
    uno_de(['F', 'O', 'O'], i, 'ta'), uno_de(['1', '2', '3', ''], i, 'pr'),
    uno_de(['5', '2', '1'], i, 'gp'), uno_de(['1', '2', 'N'], i, 'ns'),
    azar(i, 'ficha', 90000000)::VARCHAR, '',
    lpad((5 + azar(i, 'dpr', 90))::VARCHAR, 2, '0'), lpad((1 + azar(i, 'mnc', 800))::VARCHAR, 3, '0'),
    uno_de(['U', 'R'], i, 'zona'),
    dia(i, 'sgsss', DATE '2009-06-01', 1800), dia(i, 'afc', DATE '2014-06-01', 1800),
    'CT' || azar(i, 'ct', 10000000), dia(i, 'ctd', DATE '2012-01-01', 2500), '5', '6', 'ST',
    CASE falla(i) WHEN 'estado imposible' THEN 'ZZ'
         ELSE uno_de(['AC', 'AC', 'AC', 'AF', 'RE', 'SM'], i, 'estado') END,
    dia(i, 'est', DATE '2019-06-01', 360), '01/01/2020',
    (i // 3 * 3 + 1)::VARCHAR, '0', lpad(azar(i, 'ips', 99999)::VARCHAR, 12, '0'), '', '', '',
    CASE falla(i) WHEN 'sobra un campo' THEN 'N,N' ELSE 'N' END);
