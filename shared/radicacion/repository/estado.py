"""The state of a record as it is shown: that of its payment, if it has one."""

from __future__ import annotations

from shared.giros.publicados import avance_sql, estado_publicado_sql


def estado_de(publicados: str) -> str:
    """Join that gives record ``g`` its ``e.estado`` and ``e.espera_por``.

    A row that several payees are paid for is as far as the last of them. ``publicados`` is the
    SQL parameter with the published names, as JSON.
    """
    return f"""
        CROSS JOIN LATERAL (
            SELECT u.estado, u.espera_por
            FROM (
                SELECT {estado_publicado_sql("c", publicados, "g.estado")} AS estado, c.espera_por,
                       {avance_sql("c.estado")} AS avance
                FROM registro_pago p
                JOIN reconocimiento c ON c.id = p.reconocimiento_id
                WHERE p.radicacion_id = g.radicacion_id AND p.fila = g.fila
                UNION ALL SELECT g.estado, NULL, NULL
            ) u
            ORDER BY u.avance NULLS LAST LIMIT 1
        ) e
    """  # noqa: S608 - fixed texts
