"""Evidence from data: estimand, estimator and test, one file an analysis."""
