"""Use cases of the enrolment: the round of the worker, and what an operador does by hand."""
