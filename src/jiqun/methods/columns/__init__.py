"""The columnar reading of a plan, section by section, and the referee for rows in doubt; `exact` is the other."""
