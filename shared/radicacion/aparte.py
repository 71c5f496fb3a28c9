"""Some rows of a submission judged again apart from its others, and put back among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from shared.db.duck import en_memoria
from shared.radicacion.anexos import llevar_anexos
from shared.radicacion.evaluacion import Evaluacion
from shared.radicacion.historia import Leer
from shared.radicacion.service import Contexto
from shared.radicacion.trabajo import Preparada, juzgar_en
from shared.registros.expresiones import literal


def juzgar_filas(
    preparada: Preparada, filas: Sequence[int], carpeta: Path, leer: Leer, ctx: Contexto
) -> Evaluacion:
    """Those rows of the submission, as if it had no others."""
    origen, entrada = ctx.almacen.radicacion(preparada.radicacion.id), carpeta / "entrada"
    entrada.mkdir(parents=True)
    with en_memoria() as conexion:
        conexion.execute("CREATE TABLE juzgada AS SELECT unnest(?::BIGINT[]) AS fila", [filas])
        for nombre in ("filas.parquet", "forma.parquet"):
            de, a = literal(str(origen / nombre)), literal(str(entrada / nombre))
            conexion.execute(
                f"COPY (SELECT * FROM read_parquet({de}) SEMI JOIN juzgada USING (fila) "  # noqa: S608
                f"ORDER BY fila) TO {a}"
            )
    llevar_anexos(ctx.mecanismo, origen, entrada)
    return juzgar_en(preparada, entrada, carpeta, leer, ctx)


def juntar(previa: Path, evaluacion: Evaluacion, carpeta: Path, filas: Sequence[int]) -> Evaluacion:
    """The outcome of the whole submission: what it had, with ``filas`` as they are judged now.

    Returns where what was just judged stays (``juzgadas-…``).
    """
    juzgadas = {n: carpeta / f"juzgadas-{n}.parquet" for n in ("registros", "hallazgos")}
    evaluacion.registros.rename(juzgadas["registros"])
    evaluacion.hallazgos.rename(juzgadas["hallazgos"])
    with en_memoria() as conexion:
        conexion.execute("CREATE TABLE movida AS SELECT unnest(?::BIGINT[]) AS fila", [filas])
        for nombre, ruta in juzgadas.items():
            antes, ahora = (literal(str(r)) for r in (previa / f"{nombre}.parquet", ruta))
            orden = "fila, codigo" if nombre == "hallazgos" else "fila"
            conexion.execute(
                f"COPY (SELECT * FROM read_parquet({antes}) ANTI JOIN movida USING (fila) "  # noqa: S608
                f"UNION ALL BY NAME SELECT * FROM read_parquet({ahora}) SEMI JOIN movida "
                f"USING (fila) ORDER BY {orden}) TO {literal(str(carpeta / f'{nombre}.parquet'))}"
            )
    return replace(evaluacion, registros=juzgadas["registros"], hallazgos=juzgadas["hallazgos"])
