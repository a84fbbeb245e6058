"""Every analysis by its `kind`, and the type of a field that chooses one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from handful.analyses.base import Analysis
from handful.analyses.dual_criterion import DualCriterionMeans, DualCriterionProportion, DualCriterionTwoArms
from handful.analyses.logrank import LogRank
from handful.analyses.matched import ClusteredMcNemar, McNemar, PairedT
from handful.analyses.matched_permutation import PairedPermutation, SignedRank
from handful.analyses.one_mean import OneSampleT
from handful.analyses.one_proportion import BetaBinomial, Binomial, Responses
from handful.analyses.one_proportion_z import OneProportionZ
from handful.analyses.one_sample_logrank import OneSampleLogRank, OneSamplePoisson
from handful.analyses.papers import PAPERS
from handful.analyses.permutation import TwoSamplePermutation
from handful.analyses.posterior_hazards import PosteriorHazardAgainstBenchmark, PosteriorHazardRatio
from handful.analyses.posterior_means import PosteriorMeanAgainstBenchmark, PosteriorMeanDifference
from handful.analyses.posterior_rates import PosteriorRateAgainstBenchmark, PosteriorRateRatio
from handful.analyses.rank_sum import MannWhitney, WilcoxonRankSum
from handful.analyses.rates import OwnRateRatio, PoissonAgainstBenchmark, RateAgainstBenchmark, RateRatio
from handful.analyses.slope_break import SlopeBreak, SlopeBreakPermutation
from handful.analyses.two_means import TTest, ZTest
from handful.analyses.two_proportions import Barnard, BetaBinomialTwoArms, Boschloo, Fisher, PooledZ
from handful.spec.base import wanted
from handful.spec.messages import one_of
from handful.spec.references import BIBLIOGRAPHY
from handful.spec.registry import Registry

analyses: Registry[Analysis] = Registry(Analysis, "analysis", group="handful.analyses")
"""Every analysis by its `kind`; other packages add theirs through the entry point group `handful.analyses`."""

_BUILT_IN: tuple[type[Analysis], ...] = (
    Binomial,
    BetaBinomial,
    DualCriterionProportion,
    OneProportionZ,
    Responses,
    OneSampleT,
    PosteriorMeanAgainstBenchmark,
    RateAgainstBenchmark,
    PoissonAgainstBenchmark,
    PosteriorRateAgainstBenchmark,
    OneSampleLogRank,
    OneSamplePoisson,
    PosteriorHazardAgainstBenchmark,
    McNemar,
    ClusteredMcNemar,
    PairedT,
    PairedPermutation,
    SignedRank,
    OwnRateRatio,
    SlopeBreak,
    SlopeBreakPermutation,
    Fisher,
    Barnard,
    Boschloo,
    PooledZ,
    BetaBinomialTwoArms,
    DualCriterionTwoArms,
    TTest,
    ZTest,
    PosteriorMeanDifference,
    DualCriterionMeans,
    TwoSamplePermutation,
    WilcoxonRankSum,
    MannWhitney,
    RateRatio,
    PosteriorRateRatio,
    LogRank,
    PosteriorHazardRatio,
)

for _analysis in _BUILT_IN:
    analyses.register(_analysis)
for _paper in PAPERS:
    BIBLIOGRAPHY.add(_paper)


def make(kind: str, **settings: Any) -> Analysis:
    """Make an analysis by its kind.

    Args:
        kind: As written in a study file.
        **settings: Its settings, by Python field name.

    Returns:
        The analysis.

    Raises:
        handful.spec.registry.UnknownKind: When there is none of this kind, with what was probably meant.
        pydantic.ValidationError: When a setting is refused.

    Example:
        >>> make("fisher").meaning
        "Fisher's exact test of two proportions (conditional)"
        >>> make("t test", variances="equal").variances
        'equal'
    """
    return analyses.get(kind)(**settings)


def _from_kind(value: Any) -> Any:
    """Let the bare kind stand for an analysis with its usual settings: `fisher` for `{kind: fisher}`."""
    if not isinstance(value, str):
        return value
    if value not in analyses.kinds():
        raise wanted(one_of(analyses.kinds(), value))
    return {"kind": value}


class _OrItsKind:
    """Tell editors that the bare kind may be written in place of the whole."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Add the kinds to what is allowed."""
        return {"anyOf": [{"enum": list(analyses.kinds()), "type": "string"}, handler(core)]}


if TYPE_CHECKING:
    AnalysisChoice = Analysis
else:
    AnalysisChoice = Annotated[analyses.union(), BeforeValidator(_from_kind), _OrItsKind]
"""A field that holds an analysis, written in full or by its bare kind: `analysis: fisher`."""
