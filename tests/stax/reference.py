"""The kernels by mpmath at 40 digits, from textbook formulas and from integrals: nothing here is ntkbook's.

At 40 digits the plain formulas are good at every correlation that float64 inputs can have.
"""

import mpmath as mp
import numpy as np

mp.mp.dps = 40


def _rho(q1, q2, k):
    return max(mp.mpf(-1), min(mp.mpf(1), k / mp.sqrt(q1 * q2)))


def _relu(q1, q2, k):
    theta = mp.acos(_rho(q1, q2, k))
    return (
        mp.sqrt(q1 * q2) / (2 * mp.pi) * (mp.sin(theta) + (mp.pi - theta) * mp.cos(theta)),
        (mp.pi - theta) / (2 * mp.pi),
    )


def abrelu(a, b):
    """E phi(u)phi(v) by quadrants: phi(z) = b relu(z) - a relu(-z)."""
    a, b = mp.mpf(a), mp.mpf(b)

    def dual(q1, q2, k):
        (same, same_dot), (other, other_dot) = _relu(q1, q2, k), _relu(q1, q2, -k)
        return (a * a + b * b) * same - 2 * a * b * other, (a * a + b * b) * same_dot + 2 * a * b * other_dot

    return dual


def sign(q1, q2, k):
    return 2 / mp.pi * mp.asin(_rho(q1, q2, k)), mp.mpf(0)


def erf(a=1, b=1, c=0):
    a, b, c = map(mp.mpf, (a, b, c))

    def dual(q1, q2, k):
        A, k2 = (1 + 2 * b**2 * q1) * (1 + 2 * b**2 * q2), 2 * b**2 * k
        return (a**2 * 2 / mp.pi * mp.asin(k2 / mp.sqrt(A)) + c**2, (a * b) ** 2 * 4 / mp.pi / mp.sqrt(A - k2**2))

    return dual


def gelu(q1, q2, k):
    A = (1 + q1) * (1 + q2)
    D, inner = A - k**2, q1 * q2 + k**2 * (1 - q1 * q2) / A
    arc = mp.mpf(1) / 4 + mp.asin(k / mp.sqrt(A)) / (2 * mp.pi)
    slope = k / mp.sqrt(D) + 2 * k * (1 - q1 * q2) / (A * mp.sqrt(D)) + k * inner / mp.sqrt(D) ** 3
    return k * arc + inner / (2 * mp.pi * mp.sqrt(D)), arc + slope / (2 * mp.pi)


def sin(a=1, b=1, c=0):
    a, b, c = map(mp.mpf, (a, b, c))

    def dual(q1, q2, k):
        minus, plus = mp.exp(-(b**2) * ((q1 + q2) / 2 - k)), mp.exp(-(b**2) * ((q1 + q2) / 2 + k))
        return a**2 / 2 * (minus - mp.cos(2 * c) * plus), (a * b) ** 2 / 2 * (minus + mp.cos(2 * c) * plus)

    return dual


def cos(a=1, b=1, c=0):
    return sin(a, b, mp.mpf(c) + mp.pi / 2)


def exp(a=1, b=1):
    a, b = mp.mpf(a), mp.mpf(b)
    return lambda q1, q2, k: tuple(scale * mp.exp(b**2 * ((q1 + q2) / 2 + k)) for scale in (a**2, a**2 * b**2))


def gaussian(a=1, b=-1):
    a, b = mp.mpf(a), mp.mpf(b)

    def dual(q1, q2, k):
        H = (1 - 2 * b * q1) * (1 - 2 * b * q2) - 4 * b**2 * k**2
        return a**2 / mp.sqrt(H), 4 * (a * b) ** 2 * k / mp.sqrt(H) ** 3

    return dual


def _moment(i, j, q1, q2, k):
    """E u^i v^j by Isserlis' theorem: pair one u with each other factor."""
    if i == 0:
        return mp.mpf(0) if j % 2 else mp.fac2(j - 1) * q2 ** (j // 2)
    total = (i - 1) * q1 * _moment(i - 2, j, q1, q2, k) if i > 1 else mp.mpf(0)
    return total + (j * k * _moment(i - 1, j - 1, q1, q2, k) if j > 0 else 0)


def polynomial(*coef):
    coef = [mp.mpf(c) for c in coef]
    slope = [j * c for j, c in enumerate(coef)][1:]

    def dual(q1, q2, k):
        return tuple(
            mp.fsum(
                c1 * c2 * _moment(i, j, q1, q2, k)
                for i, c1 in enumerate(terms)
                for j, c2 in enumerate(terms)
                if (i + j) % 2 == 0 and c1 and c2
            )
            for terms in (coef, slope)
        )

    return dual


def by_integral(phi, slope, step="0.25", digits=25):
    """Both moments by the trapezoid rule on +-12 in two dimensions, for smooth phi."""

    def dual(q1, q2, k):
        with mp.workdps(digits):
            h = mp.mpf(step)
            z = [h * j for j in range(int(-12 / h), int(12 / h) + 1)]
            weight = [h * mp.exp(-t * t / 2) / mp.sqrt(2 * mp.pi) for t in z]
            r1 = mp.sqrt(q1)
            along, across = k / r1, mp.sqrt(max(mp.mpf(0), q2 - k * k / q1))
            totals = [mp.mpf(0), mp.mpf(0)]
            for w1, t1 in zip(weight, z, strict=True):
                inner = [mp.mpf(0), mp.mpf(0)]
                if across < mp.mpf(10) ** (3 - digits):
                    inner = [phi(along * t1), slope(along * t1)]
                else:
                    for w2, t2 in zip(weight, z, strict=True):
                        if w1 * w2 > mp.mpf(10) ** -digits:
                            v = along * t1 + across * t2
                            inner[0] += w2 * phi(v)
                            inner[1] += w2 * slope(v)
                totals[0] += w1 * phi(r1 * t1) * inner[0]
                totals[1] += w1 * slope(r1 * t1) * inner[1]
        return tuple(totals)

    return dual


def kernels(dual, x1, x2, depth, W_std, b_std, last=True):
    """NNGP and NTK of `depth` hidden layers for all pairs of rows, and the mp matrices behind them."""
    w, b = mp.mpf(W_std) ** 2, mp.mpf(b_std or 0) ** 2
    rows1, rows2 = [[[mp.mpf(float(e)) for e in row] for row in x] for x in (x1, x2)]
    cache = {}

    def variances(row):
        key = tuple(row)
        if key not in cache:
            q = w * mp.fdot(row, row) / len(row) + b
            cache[key] = [q]
            for _ in range(depth):
                q = w * dual(q, q, q)[0] + b
                cache[key].append(q)
        return cache[key]

    def pair(u, v):
        k = w * mp.fdot(u, v) / len(u) + b
        ntk = k
        for q1, q2 in zip(variances(u)[:depth], variances(v)[:depth], strict=True):
            k, k_dot = dual(q1, q2, k)
            k = w * k + b
            ntk = k + w * k_dot * ntk
        return k, ntk

    both = [[pair(u, v) for v in rows2] for u in rows1]
    return tuple(np.array([[entry[i] for entry in row] for row in both], dtype=object) for i in (0, 1))


def error(computed, exact):
    """Largest error, relative to the largest entry, with the difference taken at 40 digits."""
    computed = np.asarray(computed)
    worst = max(
        abs(mp.mpf(float(c)) - e) if np.isfinite(c) else mp.inf
        for c, e in zip(computed.ravel(), exact.ravel(), strict=True)
    )
    return float(worst / max(abs(e) for e in exact.ravel()))
