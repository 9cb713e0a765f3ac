"""亩均: results of per-mu evaluations, one firm explained, campaigns."""
