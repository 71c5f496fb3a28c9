"""What if a rule, an option or a table were another: a mechanism with those in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from shared.focalizacion.model import Efecto, Etapa, Mecanismo, Opcion, Regla
from shared.focalizacion.service import valores_de
from shared.tipos import EntradaInvalida


@dataclass(frozen=True)
class Hipotesis:
    """What is supposed, and nothing decides.

    ``parametros``: values of options. ``efectos``: what a rule that fails causes instead, in all
    its versions. ``sin_reglas``: those that are not applied. ``tablas``: register → file that
    takes the place of all its cortes.
    """

    parametros: Mapping[str, str] = field(default_factory=dict)
    efectos: Mapping[str, Efecto] = field(default_factory=dict)
    sin_reglas: tuple[str, ...] = ()
    tablas: Mapping[str, Path] = field(default_factory=dict)

    def aplicar(self, mecanismo: Mecanismo) -> Mecanismo:
        """The mechanism as supposed; its fingerprint (``huella``) is another one.

        Raises:
            EntradaInvalida: it has no such rule, option or register, or does not admit the value.
        """
        valores_de(mecanismo, self.parametros)
        self._exigir(mecanismo)
        return replace(
            mecanismo,
            reglas=tuple(
                self._regla(r) for r in mecanismo.reglas if r.codigo not in self.sin_reglas
            ),
            parametros=tuple(self._opcion(o) for o in mecanismo.parametros),
        )

    def _exigir(self, mecanismo: Mecanismo) -> None:
        juzgan = {r.codigo for r in mecanismo.reglas_de(Etapa.FOC)}
        if sobran := sorted({*self.efectos, *self.sin_reglas} - juzgan):
            raise EntradaInvalida(
                f"{', '.join(sobran)} no es una regla con que {mecanismo.nombre} juzgue las filas. "
                f"Puede suponer otra cosa de: {', '.join(sorted(juzgan))}."
            )
        if sobran := sorted(self.tablas.keys() - set(mecanismo.esquema.registros)):
            raise EntradaInvalida(f"{mecanismo.nombre} no lee el registro {', '.join(sobran)}.")

    def _regla(self, regla: Regla) -> Regla:
        """A rule whose effect is given has it also where it cannot be judged, if it had one."""
        efecto = self.efectos.get(regla.codigo)
        if efecto is None:
            return regla
        sin_dato = None if regla.si_no_evaluable is None else efecto
        return replace(regla, si_incumple=efecto, si_no_evaluable=sin_dato)

    def _opcion(self, opcion: Opcion) -> Opcion:
        """What is supposed is its default: the fingerprint of the mechanism tells it apart."""
        valor = self.parametros.get(opcion.nombre)
        if valor is None:
            return opcion
        if opcion.rango is not None:
            return replace(opcion, valores=(valor,))
        return replace(opcion, valores=(valor, *(v for v in opcion.valores if v != valor)))
