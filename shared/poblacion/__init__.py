"""A synthetic country with a known truth.

Calibrated to the published figures of 2020; every person, household, code and account in it is
invented. It imports no service and nothing of ``shared.focalizacion``: the truth is written
where the defect is injected, never by running rules.
"""
