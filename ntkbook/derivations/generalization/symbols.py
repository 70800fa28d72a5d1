"""The symbols of chapter 8, generalization.

n samples, M modes with eigenvalues lambda_k and target coefficients a_k, label noise sigma, a ridge delta on the
diagonal of the kernel matrix, and kappa, the ridge that each mode feels.
"""

import sympy as sp

n, M, p = sp.symbols("n M p", integer=True, positive=True)
i, j, k = sp.symbols("i j k", integer=True, positive=True)
kappa, delta, sigma, lam0 = sp.symbols("kappa delta sigma lambda", positive=True)
psi, w, A, lam, a, y, c, Theta, learned = (
    sp.Function(name, real=True) for name in ("psi", "w", "A", "lambda", "a", "y", "c", "Theta", "ell")
)
