"""Why a subject has the grade it has: read from the trace, said as data."""
