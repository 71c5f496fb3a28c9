"""Events: CloudEvents, outbox, relay, inbox, topics."""

from shared.eventos.model import DefinicionEvento, Evento, MensajeMuerto, Sobre
from shared.eventos.service import publicar

__all__ = ["DefinicionEvento", "Evento", "MensajeMuerto", "Sobre", "publicar"]
