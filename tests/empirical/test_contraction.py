import numpy as np
import pytest

from ntkbook.empirical.contraction import contract, forms_gradient
from ntkbook.empirical.features import Factors, RowFeatures
from tests.empirical.networks import distance, draw

# T, D, W: one position; many positions of few channels; few positions of many channels.
SIZES = {"dense": (1, 5, 4), "wide image": (12, 2, 3), "deep image": (2, 30, 40)}


@pytest.mark.parametrize(("name", "gradient"), [("dense", False), ("wide image", True), ("deep image", False)])
@pytest.mark.parametrize("traced", [True, False])
def test_both_ways_give_the_sum_over_positions(name, gradient, traced):
    (T, D, W), k, n1, n2 = SIZES[name], 2, 3, 4
    assert forms_gradient(T, D, W, k, n1, n2, traced=traced) == gradient
    batches = [
        RowFeatures((Factors(draw((n, T, D), n), draw((n, k, T, W), n + 10)),), (draw((n, k, 6), n + 20),))
        for n in (n1, n2)
    ]
    jacobians = [
        np.concatenate([np.einsum("itd,iatw->iadw", *batch.factors[0]).reshape(-1, k, D * W), batch.direct[0]], -1)
        for batch in batches
    ]
    exact = np.einsum("iap,jap->ij" if traced else "iap,jbp->iajb", *jacobians)
    assert distance(exact, contract(*batches, traced=traced)) < 1e-14
