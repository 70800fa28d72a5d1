"""The eigenvalue theory of learning curves: the algebra on both sides of the one step that is quoted."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Index, Interval, Map, Orthonormal, Size, Step, rules

from .symbols import A, M, Theta, a, delta, i, j, k, kappa, lam, lam0, learned, n, psi, sigma, w

POSITIVE = Interval(0.5, 2.0)
capacity, overfitting = sp.Function("D", real=True), sp.Function("E_0", real=True)
G, share, values = sp.Function("G", real=True), sp.Function("s", real=True), sp.Function("psi", real=True)
ell = sp.Symbol("l", integer=True, positive=True)


@cache
def one_feature() -> Derivation:
    """How much of one mode is learned, given what all the others do: exact, for any data."""
    q, strength = sp.Symbol("q", real=True), lam0
    with sp.evaluate(False):
        combined = sp.Sum((A(i, j) + strength * psi(i) * psi(j)) * w(j), (j, 1, n))
        recovered = strength * sp.Sum(psi(i) * (w(i) / (1 + strength * q)), (i, 1, n))
        return Derivation(
            name="one_feature",
            title="One mode among the others",
            source=("simon2023eigenlearning",),
            domain={
                n: Size(),
                i: Index(n),
                j: Index(n),
                A: Map(Index(n), Index(n)),
                w: Map(Index(n)),
                strength: POSITIVE,
                kappa: POSITIVE,
            },
            hypotheses=(
                Step(
                    "values",
                    psi(i),
                    ":=",
                    sp.Sum(A(i, j) * w(j), (j, 1, n)),
                    "the mode at the data; $w$ solves the system of the other modes and the ridge for it",
                ),
                Step("response", q, ":=", sp.Sum(psi(i) * w(i), (i, 1, n)), "how strongly they answer to it"),
            ),
            steps=(
                Step(
                    "all-modes",
                    combined,
                    "=",
                    (1 + strength * q) * psi(i),
                    "add the mode to the others: $w$ solves the new system too, up to a factor",
                    uses=("response", "values"),
                ),
                Step(
                    "learned",
                    recovered,
                    "=",
                    lam0 * q / (1 + lam0 * q),
                    "so this part of the mode is recovered",
                    uses=("response",),
                ),
                Step(
                    "shared",
                    lam0 * (1 / kappa) / (1 + lam0 * (1 / kappa)),
                    "=",
                    lam0 / (lam0 + kappa),
                    "if $q$ were $1/\\kappa$, the same for all modes",
                ),
                Step(
                    "concentration",
                    q,
                    "->",
                    1 / kappa,
                    "for Gaussian features, as samples and modes grow together",
                    limit="sample size",
                    cite="simon2023eigenlearning",
                    experiment="generalization.response_of_modes",
                ),
            ),
        )


@cache
def shares() -> Derivation:
    """What all modes together learn, as a sum over pairs of samples: exact, for any data."""
    with sp.evaluate(False):
        return Derivation(
            name="shares",
            title="All modes together",
            source=("simon2023eigenlearning",),
            domain={
                n: Size(),
                M: Size(),
                i: Index(n),
                j: Index(n),
                k: Index(M),
                lam: Map(Index(M)),
                values: Map(Index(M), Index(n)),
                G: Map(Index(n), Index(n)),
            },
            hypotheses=(
                Step(
                    "kernel",
                    Theta(i, j),
                    ":=",
                    sp.Sum(lam(k) * values(k, i) * values(k, j), (k, 1, M)),
                    "the kernel matrix, from the values of the modes at the samples",
                ),
                Step(
                    "share",
                    share(k),
                    ":=",
                    lam(k) * sp.Sum(values(k, i) * G(i, j) * values(k, j), (i, 1, n), (j, 1, n)),
                    "what is recovered of mode $k$, with $G = (\\Theta + \\delta I)^{-1}$",
                ),
            ),
            steps=(
                Step(
                    "total",
                    sp.Sum(share(k), (k, 1, M)),
                    "=",
                    sp.Sum(Theta(i, j) * G(i, j), (i, 1, n), (j, 1, n)),
                    "exchange the sums",
                    uses=("share", "kernel"),
                ),
            ),
        )


@cache
def spent_samples() -> Derivation:
    """The shares and the ridge add up to the number of samples: exact, for any data."""
    v, mu = sp.Function("v", real=True), sp.Function("mu", real=True)
    with sp.evaluate(False):
        return Derivation(
            name="spent_samples",
            title="Each sample is spent once",
            source=("simon2023eigenlearning",),
            domain={
                n: Size(),
                i: Index(n),
                j: Index(n),
                ell: Index(n),
                v: Map(Index(n), Index(n), into=Orthonormal()),
                mu: Map(Index(n)),
                delta: Interval(6.0, 9.0),
            },
            hypotheses=(
                Step(
                    "matrix",
                    Theta(i, j),
                    ":=",
                    sp.Sum(mu(ell) * v(ell, i) * v(ell, j), (ell, 1, n)),
                    "the same matrix by its own eigenvectors, at the samples",
                ),
                Step(
                    "inverse",
                    G(i, j),
                    ":=",
                    sp.Sum(1 / (mu(ell) + delta) * v(ell, i) * v(ell, j), (ell, 1, n)),
                    "the inverse of $\\Theta + \\delta I$",
                ),
            ),
            steps=(
                Step(
                    "learned",
                    sp.Sum(Theta(i, j) * G(i, j), (i, 1, n), (j, 1, n)),
                    "=",
                    sp.Sum(mu(ell) / (mu(ell) + delta), (ell, 1, n)),
                    "eigenvectors are orthonormal",
                    by=(rules.orthonormal(v),),
                    uses=("matrix", "inverse"),
                ),
                Step(
                    "trace",
                    sp.Sum(G(i, i), (i, 1, n)),
                    "=",
                    sp.Sum(1 / (mu(ell) + delta), (ell, 1, n)),
                    "and have length 1",
                    by=(rules.orthonormal(v),),
                    uses=("inverse",),
                ),
                Step(
                    "conserved",
                    sp.Sum(Theta(i, j) * G(i, j), (i, 1, n), (j, 1, n)) + delta * sp.Sum(G(i, i), (i, 1, n)),
                    "=",
                    n,
                    "each eigenvector gives $\\mu/(\\mu + \\delta) + \\delta/(\\mu + \\delta) = 1$",
                    uses=("learned", "trace"),
                ),
            ),
        )


@cache
def learning_curve() -> Derivation:
    """From the effective ridge to the predicted error, and what multiplies the noise."""
    squares = sp.Sum(learned(k, kappa) ** 2, (k, 1, M))
    total, train = sp.Function("E", real=True), sp.Function("E_tr", real=True)
    with sp.evaluate(False):
        share = lam(k) / (lam(k) + kappa)
        unlearned = sp.Sum((1 - learned(k, kappa)) ** 2 * a(k) ** 2, (k, 1, M))
        return Derivation(
            name="learning_curve",
            title="Predicted learning curves",
            source=("bordelon2020spectrum", "simon2023eigenlearning"),
            domain={
                n: Size(),
                M: Size(),
                k: Index(M),
                lam: Map(Index(M)),
                a: Map(Index(M)),
                kappa: Interval(6.0, 9.0),
                delta: POSITIVE,
                sigma: POSITIVE,
                total: Map(Interval()),
                train: Map(Interval()),
            },
            steps=(
                Step("learnability", learned(k, kappa), ":=", share, "the part of mode $k$ that is learned"),
                Step(
                    "capacity",
                    capacity(kappa),
                    ":=",
                    sp.Sum(learned(k, kappa), (k, 1, M)) + delta / kappa,
                    "what all modes and the ridge take up",
                ),
                Step(
                    "budget",
                    capacity(kappa),
                    "=",
                    n,
                    "each sample is spent once: this fixes $\\kappa$",
                    cite="simon2023eigenlearning",
                ),
                Step(
                    "without-ridge",
                    capacity(kappa) - sp.Sum(learned(k, kappa), (k, 1, M)),
                    "=",
                    delta / kappa,
                    "the share of the ridge; without one, samples are spent on modes alone",
                    uses=("capacity",),
                ),
                Step(
                    "unlearned",
                    1 - learned(k, kappa),
                    "=",
                    kappa / (lam(k) + kappa),
                    "a mode is missed if its eigenvalue is below $\\kappa$",
                    uses=("learnability",),
                ),
                Step(
                    "slope",
                    sp.Derivative(capacity(kappa), kappa),
                    "=",
                    -1 / kappa * (capacity(kappa) - squares),
                    "differentiate, mode by mode",
                    by=(rules.differentiate(),),
                    uses=("capacity", "learnability"),
                ),
                Step(
                    "overfitting",
                    overfitting(kappa),
                    ":=",
                    capacity(kappa) / (capacity(kappa) - squares),
                    "the overfitting coefficient",
                ),
                Step(
                    "elasticity",
                    -capacity(kappa) / (kappa * sp.Derivative(capacity(kappa), kappa)),
                    "=",
                    overfitting(kappa),
                    "it says by how many percent $\\kappa$ falls with one percent more samples",
                    uses=("slope", "overfitting"),
                ),
                Step(
                    "risk",
                    total(kappa),
                    "=",
                    overfitting(kappa) * (unlearned + sigma**2),
                    "the error on a fresh noisy label",
                    cite="simon2023eigenlearning",
                ),
                Step(
                    "training-error",
                    train(kappa),
                    "=",
                    (delta / (n * kappa)) ** 2 * total(kappa),
                    "the error on the training labels",
                    cite="canatar2021spectral",
                ),
                Step(
                    "tail",
                    lam(k) / kappa - lam(k) ** 2 / (kappa * (lam(k) + kappa)),
                    "=",
                    learned(k, kappa),
                    "a mode far below $\\kappa$ takes up $\\lambda_k/\\kappa$: it acts as a ridge $\\lambda_k$",
                    uses=("learnability",),
                ),
            ),
        )
